package dev.polder.master;

import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.List;

/**
 * What must be done when the facts of a turn are committed. Lost with the leader or done, never done before. It is
 * decided by the pure {@link Master}, and done or called off by the thread that drives it.
 */
public sealed interface Effect {
    /** Does it. */
    void perform();

    /** Tells whom it was for that nobody will see the commit behind it: whether that happened is unknown. */
    void callOff();

    /** Answer a call. */
    record Answer(ReplyTo to, int status, String text) implements Effect {
        @Override
        public void perform() {
            to.answer(status, text);
        }

        @Override
        public void callOff() {
            to.answer(503, "the leader was lost: whether the call took effect is unknown");
        }
    }

    /** Send an event to a framework. */
    record SendEvent(FrameworkLink to, Event event) implements Effect {
        @Override
        public void perform() {
            to.send(event);
        }

        @Override
        public void callOff() {
            to.close();
        }
    }

    /** End a framework's stream. */
    record CloseFramework(FrameworkLink link) implements Effect {
        @Override
        public void perform() {
            link.close();
        }

        @Override
        public void callOff() {
            link.close();
        }
    }

    /** Order an agent; the frame carries the term. */
    record SendAgent(AgentLink to, ToAgent.Builder frame) implements Effect {
        @Override
        public void perform() {
            to.send(frame);
        }

        @Override
        public void callOff() {
            to.close();
        }
    }

    /** Forget the records of completed tasks: not before the commit, for a term that is lost brings them back. */
    record ForgetCompleted(CompletedTasks tasks, List<Long> sequences) implements Effect {
        @Override
        public void perform() {
            sequences.forEach(tasks::forget);
        }

        @Override
        public void callOff() {
            // the state goes back to where it has them
        }
    }

    /** End an agent's connection. */
    record CloseAgent(AgentLink link) implements Effect {
        @Override
        public void perform() {
            link.close();
        }

        @Override
        public void callOff() {
            link.close();
        }
    }
}
