package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loads something that answers on a thread of its own. */
final class OpenCallsTest {
    private static final int OUTSTANDING = 4;

    private final ExecutorService answering = Executors.newSingleThreadExecutor();
    private final OpenCalls calls = new OpenCalls(OUTSTANDING);

    @AfterEach
    void end() {
        answering.shutdownNow();
    }

    @Test
    void shouldKeepAsManyCallsOpenAsAllowedAndNoMore() throws Exception {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Queue<Long> waiting = new ArrayDeque<>();

        LoadResult result = calls.run(OpenCalls.Limit.calls(1_000), atNanos -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            answering.execute(() -> {
                waiting.add(atNanos);
                // answers come when nothing more is started without them
                if (waiting.size() == OUTSTANDING) {
                    open.addAndGet(-OUTSTANDING);
                    waiting.forEach(calls::answered);
                    waiting.clear();
                }
            });
            return true;
        });

        assertThat(most).hasValue(OUTSTANDING);
        assertThat(result.calls()).isBetween(1_000L - OUTSTANDING, 1_000L);
        assertThat(open).hasValue(0);
    }

    @Test
    void shouldTryAgainWhatCouldNotBeStarted() throws Exception {
        AtomicInteger tries = new AtomicInteger();

        LoadResult result = calls.run(OpenCalls.Limit.calls(1), atNanos -> {
            if (tries.incrementAndGet() < 3) {
                return false;
            }
            calls.answered(atNanos);
            return true;
        });

        assertThat(tries).hasValue(3);
        assertThat(result.calls()).isEqualTo(1);
    }

    @Test
    void shouldSayWhyNoMoreAnswersCome() {
        assertThatThrownBy(() -> calls.run(OpenCalls.Limit.calls(10), atNanos -> {
                    answering.execute(() -> calls.fail("the lead was lost"));
                    return true;
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("the lead was lost");
    }

    @Test
    void shouldMeasureFromTheStartOfACallToItsAnswer() throws Exception {
        LoadResult result = calls.run(OpenCalls.Limit.calls(1), atNanos -> {
            calls.answered(atNanos - 5_000_000);
            return true;
        });

        assertThat(result.p50Ms()).isGreaterThanOrEqualTo(5);
        assertThat(result.p99Ms()).isGreaterThanOrEqualTo(result.p50Ms());
    }
}
