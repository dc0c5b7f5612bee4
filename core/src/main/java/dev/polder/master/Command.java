package dev.polder.master;

import dev.polder.wire.proto.AgentLinkFrames;
import dev.polder.wire.proto.MesosScheduler.Call;
import org.jspecify.annotations.Nullable;

/** What somebody wants of the master. Commands are decided one after the other and never logged. */
public sealed interface Command {
    /** Sends away who wants it, where no master leads: nothing was decided. News that a connection has ended needs no word. */
    default void refuse() {}

    /** A framework subscribes; the call is well-formed. The answer goes to the link. */
    record Subscribe(FrameworkLink link, Call call) implements Command {
        @Override
        public void refuse() {
            link.close();
        }
    }

    /**
     * Any other call of a framework; the call is well-formed.
     *
     * @param streamId what the caller named as its subscription, null for nothing
     */
    record FrameworkCall(ReplyTo reply, @Nullable String streamId, Call call) implements Command {
        @Override
        public void refuse() {
            reply.answer(503, "this master does not lead");
        }
    }

    /**
     * A framework's stream is closed.
     *
     * @param byClient false if we closed it: then the framework is given time to come back in any case
     */
    record FrameworkClosed(FrameworkLink link, boolean byClient) implements Command {}

    /** An agent's first frame. */
    record AgentRegistering(AgentLink link, AgentLinkFrames.Register register) implements Command {
        @Override
        public void refuse() {
            link.close();
        }
    }

    /** An agent reports a task's new state. */
    record AgentUpdate(AgentLink link, AgentLinkFrames.StatusUpdate update) implements Command {}

    /** An agent's connection is closed. */
    record AgentClosed(AgentLink link) implements Command {}
}
