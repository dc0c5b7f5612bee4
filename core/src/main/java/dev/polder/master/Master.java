package dev.polder.master;

import static dev.polder.model.InvariantBrokenException.check;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.InvariantBrokenException;
import dev.polder.model.Moment;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens in the cluster. Pure: told the time, it answers with facts and effects and does no I/O. Owned by
 * the master thread.
 *
 * <pre>
 *            apply(entry)*            serving(term)
 *  FOLLOWS ---------------&gt; FOLLOWS ---------------&gt; LEADS --- decide(commands)* ---&gt; LEADS
 * </pre>
 *
 * <p>A master that loses its term is thrown away: what it decided and nobody committed never happened.
 */
public final class Master {
    /** How often the cluster's clock is written down while a durable deadline is pending. */
    private static final long CLOCK_INTERVAL_MS = 10_000;

    private final MasterConfig config;
    private final MasterState state;
    private @Nullable Leading leading;

    /** What exists only while this master leads. */
    private static final class Leading {
        final LeaderTerm term;
        final FrameworkCalls frameworks;
        final AgentCalls agents;
        long clockWrittenNowMs;

        Leading(LeaderTerm term) {
            this.term = term;
            frameworks = new FrameworkCalls(term);
            agents = new AgentCalls(term, frameworks);
            clockWrittenNowMs = term.now().nowMs();
        }
    }

    /** Makes a master that knows nothing yet, and keeps the records of completed tasks in the heap. */
    public Master(MasterConfig config) {
        this(config, new HeapCompletedTasks());
    }

    /** Makes a master that knows nothing yet, and keeps the records of completed tasks there. */
    public Master(MasterConfig config, CompletedTasks completed) {
        this(config, new MasterState(config.stateLimits(), completed));
    }

    /** Makes a master that knows what a view shows, and goes on to keep the records of completed tasks there. */
    public static Master of(MasterConfig config, MasterView view, CompletedTasks completed) {
        return new Master(config, MasterState.of(view, config.stateLimits(), completed));
    }

    private Master(MasterConfig config, MasterState state) {
        this.config = config;
        this.state = state;
    }

    /** Takes over an entry that was committed by somebody else. Only while this master does not lead. */
    public void apply(Entry entry) {
        check(leading == null, "an entry of another leader, but this one leads term %d", state.term());
        for (Fact fact : entry.facts()) {
            state.apply(fact, entry.clusterTimeMs());
        }
        state.forgetNow();
    }

    /**
     * Takes up leadership: every entry of earlier terms has been applied.
     *
     * @param self how this master introduces itself; its id is new
     * @param newClusterId the cluster's id if it has none yet
     */
    public Turn serving(long newTerm, Moment now, Mesos.MasterInfo self, String newClusterId) {
        check(leading == null, "serving term %d, but this master leads already", newTerm);
        List<Fact.Builder> first = new ArrayList<>();
        if (state.clusterId().isEmpty()) {
            first.add(Fact.newBuilder()
                    .setClusterFormed(Facts.ClusterFormed.newBuilder().setClusterId(newClusterId)));
        }
        first.add(Fact.newBuilder()
                .setMasterElected(Facts.MasterElected.newBuilder()
                        .setMaster(self)
                        .setTerm(newTerm)
                        .setWallMs(now.wallMs())));
        LeaderTerm term = new LeaderTerm(state, config, now, first);
        Leading current = new Leading(term);
        leading = current;
        current.frameworks.expectAll();
        current.agents.expectAll();
        return term.takeTurn();
    }

    /** Tells whether this master leads. */
    public boolean leads() {
        return leading != null;
    }

    /** Returns the cluster's id, empty before it was formed. */
    public String clusterId() {
        return state.clusterId();
    }

    /** Returns the term of the newest election that this master knows of, 0 for none. */
    public long electedTerm() {
        return state.term();
    }

    /** Returns the master that was elected for {@link #electedTerm}, which is not 0. */
    public Mesos.MasterInfo elected() {
        return state.master();
    }

    /**
     * Decides a turn: all commands that wait, in order, then what is due. Only while this master leads.
     *
     * @throws InvariantBrokenException if the state can no longer be trusted; nothing of the turn may be proposed
     */
    public Turn decide(Moment now, List<Command> commands) {
        Leading current = requireLeading();
        current.term.setNow(now);
        for (Command command : commands) {
            decide(current, command);
        }
        try {
            current.agents.loseOverdue();
            current.frameworks.removeOverdue();
            current.term.offers.run();
            writeClock(current, now);
        } catch (RuntimeException fault) {
            throw new InvariantBrokenException("at the end of a turn: " + fault, fault);
        }
        return current.term.takeTurn();
    }

    /** Returns a turn that says how late it is, and nothing else. Only while this master leads. */
    public Turn tellTime(Moment now) {
        Leading current = requireLeading();
        current.term.setNow(now);
        current.clockWrittenNowMs = now.nowMs();
        current.term.fact(Fact.newBuilder().setClockAdvanced(Facts.ClockAdvanced.getDefaultInstance()));
        return current.term.takeTurn();
    }

    private void decide(Leading current, Command command) {
        current.term.beginCommand();
        try {
            if (command instanceof Command.FrameworkCall call) {
                current.frameworks.call(call.reply(), call.streamId(), call.call());
            } else if (command instanceof Command.AgentUpdate update) {
                current.agents.update(update.link(), update.update());
            } else if (command instanceof Command.Subscribe subscribe) {
                current.frameworks.subscribe(subscribe.link(), subscribe.call().getSubscribe());
            } else if (command instanceof Command.FrameworkClosed closed) {
                current.frameworks.closed(closed.link(), closed.byClient());
            } else if (command instanceof Command.AgentRegistering registering) {
                current.agents.register(registering.link(), registering.register());
            } else if (command instanceof Command.AgentClosed closed) {
                current.agents.closed(closed.link());
            }
        } catch (RuntimeException fault) {
            if (current.term.touched()) {
                throw new InvariantBrokenException(
                        "after a " + command.getClass().getSimpleName() + " was half decided: " + fault, fault);
            }
            refuse(current.term, command, fault);
        }
    }

    /** Nothing has changed yet: the command alone fails. */
    private static void refuse(LeaderTerm term, Command command, RuntimeException fault) {
        term.undoEffects();
        term.counters.invalidCalls++;
        if (command instanceof Command.FrameworkCall call) {
            int status = fault instanceof LeaderTerm.FactTooLargeException ? 413 : 500;
            term.effect(new Effect.Answer(
                    call.reply(), status, "call " + call.call().getType() + ": " + fault.getMessage()));
        } else if (command instanceof Command.Subscribe subscribe) {
            term.effect(new Effect.SendEvent(
                    subscribe.link(), FrameworkCalls.error("call SUBSCRIBE: " + fault.getMessage())));
            term.effect(new Effect.CloseFramework(subscribe.link()));
        } else if (command instanceof Command.AgentRegistering registering) {
            term.effect(new Effect.CloseAgent(registering.link()));
        } else if (command instanceof Command.AgentUpdate update) {
            term.effect(new Effect.CloseAgent(update.link()));
        }
    }

    private static void writeClock(Leading current, Moment now) {
        boolean pending = current.frameworks.nextDeadlineMs() != Long.MAX_VALUE;
        if (!pending) {
            current.clockWrittenNowMs = now.nowMs();
        } else if (now.nowMs() - current.clockWrittenNowMs >= CLOCK_INTERVAL_MS) {
            current.clockWrittenNowMs = now.nowMs();
            current.term.fact(Fact.newBuilder().setClockAdvanced(Facts.ClockAdvanced.getDefaultInstance()));
        }
    }

    /** Returns when {@link #decide} has something to do if no command comes; the largest long for never. */
    public long nextDeadlineMs() {
        Leading current = requireLeading();
        long next = current.term.offers.nextDeadlineMs();
        for (long deadline : current.term.agentDeadlinesMs().values()) {
            next = Math.min(next, deadline);
        }
        long framework = current.frameworks.nextDeadlineMs();
        if (framework != Long.MAX_VALUE) {
            next = Math.min(next, current.term.nowMsAt(framework));
            next = Math.min(next, current.clockWrittenNowMs + CLOCK_INTERVAL_MS);
        }
        return next;
    }

    /** Takes a view of the state as it is; it may be shown when {@code index} is committed. */
    public MasterView view(long index) {
        LeaderTerm term = requireLeading().term;
        Map<FrameworkId, List<Mesos.Offer>> offers = new HashMap<>();
        for (FrameworkId id : term.frameworkSessions().keySet()) {
            List<Mesos.Offer> open = term.offers.openOffers(id);
            if (!open.isEmpty()) {
                offers.put(id, open);
            }
        }
        return state.view(
                index,
                new MasterView.Soft(
                        Set.copyOf(term.frameworkSessions().keySet()),
                        Set.<AgentId>copyOf(term.agentSessions().keySet()),
                        Map.copyOf(offers),
                        term.counters.read()));
    }

    /** Returns the state as the log alone makes it, before this master leads. */
    public MasterView committedView(long index) {
        check(leading == null, "committed view asked of the leader of term %d", state.term());
        return state.view(index, MasterView.Soft.NONE);
    }

    /** Returns the effects that close every connection of this term. */
    public List<Effect> connections() {
        List<Effect> closing = new ArrayList<>();
        LeaderTerm term = requireLeading().term;
        term.frameworkSessions().values().forEach(one -> closing.add(new Effect.CloseFramework(one.link())));
        term.agentSessions().values().forEach(one -> closing.add(new Effect.CloseAgent(one.link())));
        return closing;
    }

    /** Checks what must hold at every moment; for tests and the simulation. */
    public void checkInvariants() {
        if (leading != null) {
            requireLeading().term.offers.checkInvariants();
        }
    }

    /** Returns the term that this master leads; for tests. */
    LeaderTerm leaderTerm() {
        return requireLeading().term;
    }

    private Leading requireLeading() {
        Leading current = leading;
        if (current == null) {
            throw new IllegalStateException("this master does not lead");
        }
        return current;
    }
}
