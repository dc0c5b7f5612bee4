package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.TaskListener;
import java.util.function.Consumer;

/** Makes commands of what the launcher says. The launcher is silent until it is started, which is after {@link #to}. */
final class LauncherEvents implements TaskListener {
    private volatile Consumer<AgentCommand> commands = command -> {
        throw new IllegalStateException("the launcher spoke before it was started: " + command);
    };

    void to(Consumer<AgentCommand> receiver) {
        commands = receiver;
    }

    @Override
    public void onStarted(ContainerId id, long pid) {
        commands.accept(new AgentCommand.Started(id, pid));
    }

    @Override
    public void onExited(ContainerId id, ExitStatus status) {
        commands.accept(new AgentCommand.Exited(id, status));
    }

    @Override
    public void onNotStarted(ContainerId id, String why) {
        commands.accept(new AgentCommand.NotStarted(id, why));
    }

    @Override
    public void onLost(ContainerId id, String why) {
        commands.accept(new AgentCommand.Lost(id, why));
    }
}
