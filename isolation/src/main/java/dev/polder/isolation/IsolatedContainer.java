package dev.polder.isolation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One container as the containerizer sees it, whose thread owns it.
 * <pre>
 *  PREPARING --ready--> LAUNCHED --process exists--> RUNNING
 *      |                    |                           |
 *      '-- failed, killed --'------ ended --------------'--> CLEANING --> told
 * </pre>
 */
final class IsolatedContainer {
    /** Where it stands. */
    enum Phase {
        /** Its isolators are at it. */
        PREPARING,
        /** The launcher has it. */
        LAUNCHED,
        RUNNING,
        /** Its task has ended, or was never started; what was made for it is being removed. */
        CLEANING
    }

    final ContainerId id;
    /** An engine runs it, which may hang. */
    final boolean byEngine;

    Phase phase;
    /** How long it has from TERM to KILL if it is to be killed as soon as it can be; null if nobody wants that. */
    @Nullable
    Duration grace;

    Optional<Limitation> limitation = Optional.empty();

    /** A thread is at it; what is to be done with it meanwhile waits here, in order. */
    final Deque<Runnable> waiting = new ArrayDeque<>();

    boolean isBusy;

    IsolatedContainer(ContainerId id, boolean byEngine, Phase phase) {
        this.id = id;
        this.byEngine = byEngine;
        this.phase = phase;
    }
}
