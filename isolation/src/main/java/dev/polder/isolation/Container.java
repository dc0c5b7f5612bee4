package dev.polder.isolation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One container as the supervisor sees it, which owns it; in its table until its end has been told.
 * <pre>
 *  WRITING --intent on disk--> READY --order given--> HANDED --process exists--> RUNNING
 *     |                          |                      |                          |
 *     '------- not started ------'------ cancelled -----'------- exited -----------'
 *                                                       '---- BURIED: lost --------'
 * </pre>
 */
final class Container {
    /** No time: later than any. */
    static final long NEVER = Long.MAX_VALUE;

    /** Where it stands. */
    enum Phase {
        /** Its intent is being written. */
        WRITING,
        /** Its intent is on disk, and the launch shell has not heard of it. */
        READY,
        /** The launch shell may be starting it. */
        HANDED,
        RUNNING,
        /** Given up; what is left of it is being killed. */
        BURIED,
        TOLD
    }

    final ContainerId id;
    final ContainerDirectory directory;
    final LaunchProbe.@Nullable Phase stopAt;

    Phase phase;
    /** Set while it is RUNNING. */
    ContainerDirectory.@Nullable TaskProcess process;
    /** Since when it is READY, or HANDED, in nanoTime. */
    long waitsSince;
    /** Why nothing of it can be running, known when it was found again; null if that is not known. */
    @Nullable
    String lostBecause;
    /** When its shim, which has begun and has no process, is given up; in nanoTime. */
    long patienceEndsAt = NEVER;
    /** How long it has from TERM to KILL, if it is to be killed as soon as it can be; null if nobody wants that. */
    @Nullable
    Duration grace;
    /** Its first process ignores TERM until it has come to the program. Not known of one that was found again. */
    boolean hasInit;
    /** When TERM is due, in nanoTime; {@link #NEVER} if it was sent or nobody wants that. */
    long termAt = NEVER;
    /** When TERM is sent however far the task has come, in nanoTime. */
    long termAtLast = NEVER;
    /** When KILL is due, in nanoTime. */
    long killAt = NEVER;

    Container(ContainerId id, ContainerDirectory directory, Phase phase, LaunchProbe.@Nullable Phase stopAt) {
        this.id = id;
        this.directory = directory;
        this.phase = phase;
        this.stopAt = stopAt;
    }

    boolean stopsAt(LaunchProbe.Phase at) {
        return stopAt == at;
    }
}
