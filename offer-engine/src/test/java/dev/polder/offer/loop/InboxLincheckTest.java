package dev.polder.offer.loop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All interleavings, as far as Lincheck gets, of those who put, the loop that takes and ends, and who closes. */
@Tag("slow")
final class InboxLincheckTest {
    /** A request that remembers whether it was refused. */
    private static final class Ask implements Inbox.Request {
        final int number;
        private final AtomicBoolean ended = new AtomicBoolean();
        volatile boolean refused;

        Ask(int number) {
            this.number = number;
        }

        void perform() {
            ended.set(true);
        }

        @Override
        public void refuse(RejectedExecutionException why) {
            if (ended.compareAndSet(false, true)) {
                refused = true;
            }
        }
    }

    /** Those of group "loop" come from one thread, as in life. */
    public abstract static class Operations {
        private final Inbox<Ask> inbox;

        Operations(int requestsMax) {
            inbox = new Inbox<>("x", requestsMax, Parking.OF_THREADS);
        }

        /** Returns whether it was refused. */
        @Operation
        public boolean put(@Param(gen = IntGen.class) int number) {
            Ask ask = new Ask(number);
            inbox.put(ask);
            return ask.refused;
        }

        @Operation
        public void close() {
            inbox.close();
        }

        @Operation(nonParallelGroup = "loop")
        public @Nullable Integer take() {
            Ask ask = inbox.take();
            if (ask == null) {
                return null;
            }
            ask.perform();
            return ask.number;
        }

        @Operation(nonParallelGroup = "loop")
        public boolean isOpen() {
            return inbox.isOpen();
        }

        void end() {
            inbox.end(null);
        }
    }

    /** There is not room for all. */
    public static final class Crowded extends Operations {
        public Crowded() {
            super(2);
        }
    }

    /**
     * The loop ends. There is room for all: a request that takes room and is refused in the end may have made another
     * find none, which no order of calls explains, and harms nobody.
     */
    public static final class Ending extends Operations {
        public Ending() {
            super(16);
        }

        @Override
        @Operation(nonParallelGroup = "loop")
        public void end() {
            super.end();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Crowded.class, Ending.class})
    void shouldBehaveAsIfOneThreadCalledAtATime(Class<?> operations) {
        new ModelCheckingOptions()
                .iterations(10)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(2)
                .check(operations);
    }

    @Test
    void shouldForgetNoRequestWhenTheLoopEnds() {
        Lincheck.runConcurrentTest(2_000, () -> {
            Inbox<Ask> inbox = new Inbox<>("x", 2, new Permit());
            Ask ask = new Ask(1);
            Thread producer = new Thread(() -> inbox.put(ask));
            Thread closer = new Thread(inbox::close);
            producer.start();
            closer.start();
            inbox.end(null);
            join(producer);
            join(closer);
            if (!ask.refused) {
                throw new AssertionError("forgotten");
            }
        });
    }

    @Test
    void shouldNotSleepOnARequestOrAClose() {
        Lincheck.runConcurrentTest(2_000, () -> {
            Inbox<Ask> inbox = new Inbox<>("x", 2, new Permit());
            Ask ask = new Ask(1);
            Thread producer = new Thread(() -> inbox.put(ask));
            Thread closer = new Thread(inbox::close);
            producer.start();
            while (inbox.take() == null) {
                inbox.sleep(Long.MAX_VALUE);
            }
            closer.start();
            while (inbox.isOpen()) {
                inbox.sleep(Long.MAX_VALUE);
            }
            join(producer);
            join(closer);
        });
    }

    /** Sleeps until it is woken and no sooner; for one sleeper. */
    private static final class Permit implements Parking {
        private final AtomicBoolean given = new AtomicBoolean();

        @Override
        public void park(long nanos) {
            while (!given.compareAndSet(true, false)) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void unpark(Thread thread) {
            given.set(true);
        }
    }

    /** A sleeper that looks first and says then that it sleeps: who rings in between finds nobody to wake. */
    private static final class Careless {
        private final Permit permit = new Permit();
        private final AtomicBoolean rung = new AtomicBoolean();
        private volatile @Nullable Thread sleeper;

        void ring() {
            rung.set(true);
            Thread sleeping = sleeper;
            if (sleeping != null) {
                permit.unpark(sleeping);
            }
        }

        void sleep() {
            if (!rung.get()) {
                sleeper = Thread.currentThread();
                permit.park(Long.MAX_VALUE);
            }
        }
    }

    /** The checker sees what the test above is for. */
    @Test
    @EnabledForJreRange(
            max = JRE.JAVA_24,
            disabledReason =
                    "Lincheck 3.7 does not find this one on JDK 25; the same mistake in Inbox it does find there")
    void shouldFindThePlantedSleeperThatIsNotWoken() {
        assertThatThrownBy(() -> Lincheck.runConcurrentTest(2_000, () -> {
                    Careless careless = new Careless();
                    Thread ringing = new Thread(careless::ring);
                    ringing.start();
                    careless.sleep();
                    join(ringing);
                }))
                .isInstanceOf(LincheckAssertionError.class)
                .hasMessageContaining("lock");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
