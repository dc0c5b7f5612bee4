package dev.polder.agent;

import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerEnd;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerListener;
import dev.polder.isolation.Limitation;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes commands of what the containerizer says. The containerizer is silent until it is started, which is after {@link
 * #to}.
 */
final class ContainerEvents implements ContainerListener {
    private volatile Consumer<AgentCommand> commands = command -> {
        throw new IllegalStateException("the containerizer spoke before it was started: " + command);
    };

    void to(Consumer<AgentCommand> receiver) {
        commands = receiver;
    }

    @Override
    public void onAttached(ContainerId id, List<AttachedNetwork> networks) {
        commands.accept(new AgentCommand.Attached(id, networks));
    }

    @Override
    public void onStarted(ContainerId id, long pid) {
        commands.accept(new AgentCommand.Started(id, pid));
    }

    @Override
    public void onEnded(ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {
        limitation.ifPresent(reached -> commands.accept(new AgentCommand.Limited(id, reached)));
        if (end instanceof ContainerEnd.Exited exited) {
            commands.accept(new AgentCommand.Exited(id, exited.status()));
        } else if (end instanceof ContainerEnd.NotStarted notStarted) {
            commands.accept(new AgentCommand.NotStarted(id, notStarted.why()));
        } else if (end instanceof ContainerEnd.Lost lost) {
            commands.accept(new AgentCommand.Lost(id, lost.why()));
        }
    }
}
