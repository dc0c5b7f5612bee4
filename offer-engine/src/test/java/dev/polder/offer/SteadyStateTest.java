package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.polder.offer.resource.Resources;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an engine does over and over allocates nothing, once it is warm. */
final class SteadyStateTest {
    private static final int AGENTS = 50;
    private static final int ROUNDS_WARM = 400;
    private static final int ROUNDS_MEASURED = 200;

    /** What compiling leaves behind, and the measurement itself. */
    private static final long BYTES_AN_OFFER_MAX = 4;

    /** Remembers the ids of offers, and nothing else. */
    private static final class Ids implements OfferSink {
        final long[] ids = new long[AGENTS];
        int size;

        @Override
        public void offered(OfferView offer) {
            ids[size++] = offer.id();
        }

        @Override
        public void rescinded(OfferView offer, Reason reason) {
            throw new AssertionError(reason);
        }
    }

    private final Ids sink = new Ids();
    private final OfferEngine engine = new OfferEngine(OfferEngineConfig.DEFAULT);
    private final Desk others = new Desk();
    private long nowMs;
    private long offers;

    @BeforeEach
    void addAll() {
        for (int agent = 0; agent < AGENTS; agent++) {
            engine.addAgent(AgentProfile.of(Resources.ofPlain(8_000, 64_000, 0, 32_000)));
        }
        for (String role : new String[] {"a", "b/c", "b/d"}) {
            engine.addFramework(FrameworkProfile.of("of " + role, role));
        }
    }

    private void play(int rounds) {
        for (int round = 0; round < rounds; round++) {
            sink.size = 0;
            engine.run(nowMs, sink);
            for (int i = 0; i < sink.size; i++) {
                engine.decline(nowMs, sink.ids[i], 0);
            }
            offers += sink.size;
            nowMs += 1_000;
        }
    }

    private double bytesAnOffer() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        play(ROUNDS_WARM);
        offers = 0;
        long before = threads.getCurrentThreadAllocatedBytes();
        play(ROUNDS_MEASURED);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(offers).isEqualTo((long) AGENTS * ROUNDS_MEASURED);
        return (double) allocated / offers;
    }

    @Test
    void shouldAllocateNothingForAnOfferThatIsDeclined() {
        assertThat(bytesAnOffer()).isLessThan(BYTES_AN_OFFER_MAX);
    }

    @Test
    void shouldAllocateNothingForAnOfferWithinLimits() {
        engine.setQuotas(Map.of("a", Desk.limit("cpus:400"), "b", Desk.limit("cpus:400")), false, others);

        assertThat(bytesAnOffer()).isLessThan(BYTES_AN_OFFER_MAX);
    }

    @Test
    void shouldAllocateNothingForAnOfferWhereGuaranteesAreMet() {
        int user = engine.addFramework(FrameworkProfile.of("user", "b"));
        engine.suppress(user, "b");
        engine.use(user, "b", 0, Desk.cpus(4_000), others);
        engine.setQuotas(Map.of("b", Desk.guarantee("cpus:2")), false, others);

        assertThat(bytesAnOffer()).isLessThan(BYTES_AN_OFFER_MAX);
    }
}
