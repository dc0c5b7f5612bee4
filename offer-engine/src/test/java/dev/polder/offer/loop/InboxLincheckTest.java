package dev.polder.offer.loop;

import java.util.concurrent.RejectedExecutionException;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** All interleavings, as far as Lincheck gets, of those who put, the loop that takes and ends, and who closes. */
@Tag("slow")
final class InboxLincheckTest {
    /** A request that remembers how it ended. */
    private static final class Ask implements Inbox.Request {
        final int number;
        volatile String end = "";

        Ask(int number) {
            this.number = number;
        }

        @Override
        public void refuse(RejectedExecutionException why) {
            if (end.isEmpty()) {
                end = String.valueOf(why.getMessage());
            }
        }
    }

    /** The operations; those of group "loop" come from one thread, as in life. */
    public static final class Operations {
        private final Inbox<Ask> inbox = new Inbox<>("x", 2);

        @Operation
        public String put(@Param(gen = IntGen.class) int number) {
            Ask ask = new Ask(number);
            inbox.put(ask);
            return ask.end;
        }

        @Operation
        public void close() {
            inbox.close();
        }

        @Operation(nonParallelGroup = "loop")
        public @Nullable Integer take() {
            Ask ask = inbox.take();
            return ask == null ? null : ask.number;
        }

        @Operation(nonParallelGroup = "loop")
        public void end() {
            inbox.end(new IllegalStateException("fault"));
        }

        @Operation(nonParallelGroup = "loop")
        public boolean isOpen() {
            return inbox.isOpen();
        }
    }

    @Test
    void shouldBehaveAsIfOneThreadCalledAtATime() {
        new ModelCheckingOptions()
                .iterations(30)
                .invocationsPerIteration(2_000)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(2)
                .check(Operations.class);
    }

    @Test
    void shouldForgetNoRequestWhenTheLoopEnds() {
        Lincheck.runConcurrentTest(10_000, () -> {
            Inbox<Ask> inbox = new Inbox<>("x", 2);
            Ask ask = new Ask(1);
            Thread producer = new Thread(() -> inbox.put(ask));
            Thread closer = new Thread(inbox::close);
            producer.start();
            closer.start();
            inbox.end(null);
            join(producer);
            join(closer);
            if (ask.end.isEmpty()) {
                throw new AssertionError("forgotten");
            }
        });
    }

    @Test
    void shouldNotSleepOnARequestOrAClose() {
        Lincheck.runConcurrentTest(10_000, () -> {
            Inbox<Ask> inbox = new Inbox<>("x", 2);
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

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
