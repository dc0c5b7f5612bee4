package dev.polder.isolation;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The launch shell that runs now, and the next one when it has died: at once, and less and less often while they die
 * before they started a task. Owned by the supervisor; {@link #end} and {@link #kill} are called when that has ended.
 */
final class ShellKeeper {
    private static final Logger log = LoggerFactory.getLogger(ShellKeeper.class);
    private static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PAUSE_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

    private final LaunchShell.Start start;
    private volatile LaunchShell shell;
    /** It does not take orders; it may take a moment longer to be seen dead. */
    private boolean broken;

    private boolean deathTold;
    private long pauseNanos = PAUSE_NANOS_MIN;
    private long startAgainAt;
    private long provedAt;

    /** Starts the first one. */
    ShellKeeper(LaunchShell.Start start) throws IOException {
        this.start = start;
        this.shell = start.run();
        this.startAgainAt = System.nanoTime();
        this.provedAt = startAgainAt;
    }

    boolean lives() {
        return !broken && shell.lives();
    }

    /** The shell has started a task, so it is of use. */
    void proved(long now) {
        pauseNanos = PAUSE_NANOS_MIN;
        provedAt = now;
    }

    /** Returns when one has last started a task, or else when the first was started; in nanoTime. */
    long provedAt() {
        return provedAt;
    }

    /** It lives and does nothing: it is ended as if it had died, and takes no more orders. */
    void giveUp() {
        broken = true;
        shell.kill();
    }

    /** Starts another. Returns false if it is too early for that or did not work. */
    boolean startAgain(long now) {
        broken = true;
        if (!deathTold) {
            deathTold = true;
            log.warn("launch shell is gone, another is started pid={}", shell.pid());
        }
        if (now - startAgainAt < 0) {
            return false;
        }
        startAgainAt = now + pauseNanos;
        pauseNanos = Math.min(2 * pauseNanos, PAUSE_NANOS_MAX);
        try {
            shell = start.run();
            broken = false;
            deathTold = false;
            return true;
        } catch (IOException e) {
            log.error("launch shell cannot be started, launches wait", e);
            return false;
        }
    }

    /** Gives the order. Returns false if nobody has heard it: a pipe without a reader takes nothing. */
    boolean launch(ContainerId id) {
        if (broken) {
            return false;
        }
        try {
            shell.launch(id);
            return true;
        } catch (IOException gone) {
            giveUp();
            return false;
        }
    }

    /** Gives the order, which may be lost with the shell. Returns false if nobody has heard it. */
    boolean signal(ContainerDirectory.TaskProcess task, String name) {
        if (broken) {
            return false;
        }
        try {
            shell.signal(task, name);
            return true;
        } catch (IOException gone) {
            giveUp();
            return false;
        }
    }

    long pid() {
        return shell.pid();
    }

    void kill() {
        shell.kill();
    }

    void end() {
        shell.end();
    }
}
