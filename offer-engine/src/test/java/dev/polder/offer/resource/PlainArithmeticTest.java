package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Plain amounts are what the offer loop calculates with: nothing is allocated but a result. */
final class PlainArithmeticTest {
    private static final int TIMES = 10_000;

    /** Four longs, three fields and a header. */
    private static final long RESULT_BYTES_MAX = 64;

    /** What the measurement itself allocates. */
    private static final long NOISE_BYTES_MAX = 20_000;

    private final Resources much = Resources.ofPlain(8_000, 100_000, 1_000, 64_000);
    private final Resources little = Resources.ofPlain(1_000, 0, 0, 1_000);
    private final Resources reserved = Resources.ofPlain(500, 0, 0, 0).push(Reservation.dynamic("r"));

    private static long allocatedBytes(Runnable action) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // what is loaded and linked at first use is not what is measured
        action.run();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TIMES; i++) {
            action.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void shouldAllocateNothingForAQuestion() {
        assertThat(allocatedBytes(() -> {
                    assertTrue(much.covers(little));
                    assertTrue(!little.covers(much));
                    assertTrue(!much.intersects(little));
                    assertTrue(!much.covers(reserved));
                }))
                .isLessThan(NOISE_BYTES_MAX);
    }

    @Test
    void shouldAllocateOneResult() {
        assertThat(allocatedBytes(() -> assertTrue(!much.plus(little).isEmpty())))
                .isLessThan(RESULT_BYTES_MAX * TIMES + NOISE_BYTES_MAX);
        assertThat(allocatedBytes(() -> assertTrue(!much.minus(little).isEmpty())))
                .isLessThan(RESULT_BYTES_MAX * TIMES + NOISE_BYTES_MAX);
        assertThat(allocatedBytes(() -> assertTrue(!much.withPlain(1, 2, 3, 4).isEmpty())))
                .isLessThan(RESULT_BYTES_MAX * TIMES + NOISE_BYTES_MAX);
    }

    @Test
    void shouldAllocateNothingWhereTheResultIsAnOperand() {
        assertThat(allocatedBytes(() -> {
                    assertTrue(much.plus(Resources.EMPTY).equals(much));
                    assertTrue(Resources.EMPTY.plus(much).equals(much));
                    assertTrue(much.minusSaturating(much).isEmpty());
                    assertTrue(much.minusSaturating(reserved).equals(much));
                    assertTrue(much.plain().equals(much));
                    assertTrue(reserved.special().equals(reserved));
                }))
                .isLessThan(NOISE_BYTES_MAX);
    }

    private static void assertTrue(boolean holds) {
        if (!holds) {
            throw new AssertionError("does not hold");
        }
    }
}
