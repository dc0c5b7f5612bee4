package dev.polder.agent;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.RunningTask;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.attach.RunningContainer;
import dev.polder.isolation.check.Checks;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Has the checks of tasks done, from the first such task on. Owned by the agent thread. */
final class AgentChecks {
    private final String nodeName;
    private final Containerizer containerizer;
    private final Consumer<AgentCommand> commands;
    private @Nullable Checks checks;
    private boolean closed;

    AgentChecks(String nodeName, Containerizer containerizer, Consumer<AgentCommand> commands) {
        this.nodeName = nodeName;
        this.containerizer = containerizer;
        this.commands = commands;
    }

    void start(AgentEffect.StartChecks start) {
        if (closed) {
            return;
        }
        Checks started = checks;
        if (started == null) {
            started = new Checks(nodeName, (id, event) -> commands.accept(new AgentCommand.Checked(id, event)));
            checks = started;
        }
        started.start(
                start.container().id(),
                start.checks(),
                () -> find(start.container(), start.pid()),
                start.runningFor(),
                start.isHealthKnown());
    }

    private RunningContainer find(ContainerSpec spec, long pid) throws IOException {
        TaskSpec task = spec.task();
        String user = task.user();
        return new RunningContainer(
                task.id(),
                RunningTask.of(pid),
                user == null ? Optional.empty() : Optional.of(Account.named(user)),
                containerizer.privileges(spec),
                task.sandbox(),
                task.environment(),
                containerizer.joinFiles(task.id()),
                containerizer.entrance(task.id()));
    }

    void stop(ContainerId id) {
        if (checks != null) {
            checks.stop(id);
        }
    }

    /** Nothing is checked any more. Idempotent. */
    void close() {
        closed = true;
        if (checks != null) {
            checks.close();
        }
    }
}
