package dev.polder.benchmarks;

import dev.polder.offer.FrameworkProfile;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The hot operations of the offer engine, at 10,000 agents and 1,000 frameworks in one role. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class OfferEngineBenchmark {
    private static final ClusterSize SIZE = new ClusterSize(10_000, 1_000, 1);

    /** Each of the agents up to here goes from one state to another in one invocation. */
    private static final int AGENTS = 1_000;

    /** Decline filters end sooner. */
    private static final long STEP_MS = 2_000;

    /** Everything is in use. */
    @State(Scope.Thread)
    public static class Full {
        final OfferCluster cluster = OfferCluster.used(SIZE);
        final FrameworkProfile another = FrameworkProfile.of("another", cluster.role(0));
        int next;

        void release(int agent) {
            int framework = cluster.holder(agent);
            cluster.engine().release(framework, cluster.role(framework), agent, cluster.total(agent));
        }
    }

    /** Some agents have come free, and nobody was told. */
    @State(Scope.Thread)
    public static class ComeFree extends Full {
        /** Ends what the last invocation began. */
        @Setup(Level.Invocation)
        public void free() {
            for (int agent = 0; agent < AGENTS; agent++) {
                release(agent);
            }
        }
    }

    /** All is in use, what the last invocation offered as well. */
    @State(Scope.Thread)
    public static class TakenAgain extends Full {
        /** Ends what the last invocation began. */
        @Setup(Level.Invocation)
        public void take() {
            cluster.acceptAll(0);
        }
    }

    /** Some agents are free, and nobody has declined them lately. */
    @State(Scope.Thread)
    public static class Free extends Full {
        long nowMs;

        /** Frees them, for good. */
        @Setup(Level.Trial)
        public void free() {
            for (int agent = 0; agent < AGENTS; agent++) {
                release(agent);
            }
        }

        /** Lets the filters end. */
        @Setup(Level.Invocation)
        public void wait2s() {
            nowMs += STEP_MS;
        }
    }

    /** An offer is made, and all of it is used. */
    @Benchmark
    @OperationsPerInvocation(AGENTS)
    public int offerAndAccept(ComeFree state) {
        state.cluster.engine().run(0, state.cluster.notes());
        int offers = state.cluster.notes().count();
        state.cluster.acceptAll(0);
        return offers;
    }

    /** An offer is made and declined; the filter of the last time ends. */
    @Benchmark
    @OperationsPerInvocation(AGENTS)
    public int offerAndDecline(Free state) {
        OfferNotes notes = state.cluster.notes();
        state.cluster.engine().run(state.nowMs, notes);
        int offers = notes.count();
        for (int i = 0; i < offers; i++) {
            state.cluster.engine().decline(state.nowMs, notes.id(i), 0);
        }
        notes.clear();
        return offers;
    }

    /** An agent comes free and is offered, before the next one does. */
    @Benchmark
    @OperationsPerInvocation(AGENTS)
    public int releaseAndOffer(TakenAgain state) {
        for (int agent = 0; agent < AGENTS; agent++) {
            state.release(agent);
            state.cluster.engine().run(0, state.cluster.notes());
        }
        return state.cluster.notes().count();
    }

    /** A framework comes, is looked at, and goes. */
    @Benchmark
    public int addFramework(Full state) {
        int framework = state.cluster.engine().addFramework(state.another);
        state.cluster.engine().run(0, state.cluster.notes());
        state.cluster.engine().removeFramework(framework, state.cluster.notes());
        return framework;
    }

    /** A framework learns why it has no offer of one agent. */
    @Benchmark
    public Object explainOneAgent(Full state) {
        state.next = (state.next + 7_919) % SIZE.agents();
        int framework = state.next % SIZE.frameworks();
        return state.cluster.engine().explain(0, framework, state.cluster.role(framework), state.next);
    }

    /** A framework learns why it has no offer of any agent, in short. */
    @Benchmark
    public Object explainAllInShort(Full state) {
        state.next = (state.next + 1) % SIZE.frameworks();
        return state.cluster.engine().explainInShort(0, state.next, state.cluster.role(state.next));
    }
}
