package dev.polder.benchmarks;

import dev.polder.isolation.ContainerEnd;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerListener;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.Limitation;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells launches of containers, which are to exit with 0 and leave nothing, that these have ended. */
final class EndedContainers implements ContainerListener {
    private final LaunchTurns turns;
    private final Consumer<ContainerId> forget;

    EndedContainers(LaunchTurns turns, Consumer<ContainerId> forget) {
        this.turns = turns;
        this.forget = forget;
    }

    @Override
    public void onStarted(ContainerId id, long pid) {
        // only the end counts
    }

    @Override
    public void onEnded(ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {
        forget.accept(id);
        boolean good = end.equals(new ContainerEnd.Exited(new ExitStatus.Exited(0))) && remains.isEmpty();
        turns.ended(
                good ? "" : id + ": " + end + remains.map(what -> ", " + what).orElse(""));
    }
}
