package dev.polder.master;

import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.MesosScheduler.Event;

/** What must be done when the facts of a turn are committed. May be lost with the leader; never done before. */
public sealed interface Effect {
    /** Answer a call. */
    record Answer(ReplyTo to, int status, String text) implements Effect {}

    /** Send an event to a framework. */
    record SendEvent(FrameworkLink to, Event event) implements Effect {}

    /** End a framework's stream. */
    record CloseFramework(FrameworkLink link) implements Effect {}

    /** Order an agent; the frame carries the term. */
    record SendAgent(AgentLink to, ToAgent.Builder frame) implements Effect {}

    /** End an agent's connection. */
    record CloseAgent(AgentLink link) implements Effect {}
}
