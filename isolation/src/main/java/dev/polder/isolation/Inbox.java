package dev.polder.isolation;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what other threads want done to the one thread that may do it. */
final class Inbox {
    private static final Logger log = LoggerFactory.getLogger(Inbox.class);
    private static final long FULL_WAIT_MILLIS = 100;
    /** Messages that may be worked on before everything else has its turn again. */
    private static final int MESSAGES_A_TURN_MAX = 128;

    /** When full, whoever sends waits: the thread does little for each message, and waits for none of the senders. */
    private final BlockingQueue<Runnable> messages = new LinkedBlockingQueue<>(TaskLauncher.CONTAINERS_MAX);

    private volatile @Nullable Thread owner;
    private volatile boolean closed;

    /** Has the thread carry it out. What is sent after {@link #close} is dropped. */
    void send(Runnable message) {
        if (Thread.currentThread() == owner) {
            if (!messages.offer(message)) {
                message.run();
            }
            return;
        }
        boolean interrupted = false;
        boolean sent = false;
        while (!sent && !closed) {
            try {
                sent = messages.offer(message, FULL_WAIT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Works until it is closed: after some messages, or when so many nanoseconds have passed, there is a turn. */
    void run(LongSupplier nanosToNextTurn, Runnable turn) {
        owner = Thread.currentThread();
        try {
            while (!closed) {
                Runnable message = messages.poll(nanosToNextTurn.getAsLong(), TimeUnit.NANOSECONDS);
                for (int i = 1; message != null; i++) {
                    guarded(message);
                    message = i < MESSAGES_A_TURN_MAX ? messages.poll() : null;
                }
                guarded(turn);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes a step. A fault in it, with one container, must not end the thread that cares for all. */
    void guarded(Runnable step) {
        if (closed) {
            return;
        }
        try {
            step.run();
        } catch (RuntimeException e) {
            log.error("a step of the supervisor failed", e);
        }
    }

    void close() {
        closed = true;
        messages.offer(() -> {});
    }

    boolean isClosed() {
        return closed;
    }
}
