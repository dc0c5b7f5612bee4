package dev.polder.agent;

import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.check.CheckEvent;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import java.util.List;
import java.util.Set;

/** What happened to the agent, or what is wanted of it. Commands are decided one after the other and never stored. */
public sealed interface AgentCommand {
    /**
     * The first command of every run: what the containerizer found. Of a container that is not among them no process exists.
     */
    record Recovered(Set<ContainerId> containers) implements AgentCommand {}

    /** A connection to a master is open. Connections are numbered upwards from 1. */
    record Connected(long connection) implements AgentCommand {}

    /** A connection has ended. */
    record Disconnected(long connection) implements AgentCommand {}

    /** A frame came over a connection. */
    record FromMaster(long connection, ToAgent frame) implements AgentCommand {}

    /** The sandbox that was asked for is there. */
    record SandboxReady(ContainerId id) implements AgentCommand {}

    /** The sandbox that was asked for could not be made. */
    record SandboxFailed(ContainerId id, String why) implements AgentCommand {}

    /** The image that the task wants cannot be had. */
    record PullFailed(ContainerId id, String why) implements AgentCommand {}

    /** What the task wants in its sandbox cannot be had. */
    record FetchFailed(ContainerId id, String why) implements AgentCommand {}

    /** The containerizer says: the container is attached to these networks. Comes before all else of such a container. */
    record Attached(ContainerId id, List<AttachedNetwork> networks) implements AgentCommand {
        /** Copies. */
        public Attached {
            networks = List.copyOf(networks);
        }
    }

    /** The containerizer says: the process exists. */
    record Started(ContainerId id, long pid) implements AgentCommand {}

    /** The containerizer says: the container has reached a limit. Comes before its end is told. */
    record Limited(ContainerId id, Limitation limitation) implements AgentCommand {}

    /** The containerizer says: the process has ended. */
    record Exited(ContainerId id, ExitStatus status) implements AgentCommand {}

    /** The containerizer says: no process of this container exists or ever will. */
    record NotStarted(ContainerId id, String why) implements AgentCommand {}

    /** The containerizer says: the process is gone, and nobody knows how it ended. */
    record Lost(ContainerId id, String why) implements AgentCommand {}

    /** Something has changed in how a container's checks go. */
    record Checked(ContainerId id, CheckEvent event) implements AgentCommand {}

    /** Time has passed. Comes at the latest when {@link Agent#deadlineMs()} says. */
    record Timer() implements AgentCommand {}
}
