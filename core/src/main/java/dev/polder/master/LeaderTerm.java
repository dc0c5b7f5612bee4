package dev.polder.master;

import static java.util.Objects.requireNonNull;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.Moment;
import dev.polder.raft.ReplicatedLog;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a leader holds during one term and loses with it: connections, deadlines, and the turn that is being decided.
 * The classes that decide share it.
 */
final class LeaderTerm {
    /** What one fact may take in the log, with room for the entry around it. */
    static final int FACT_BYTES_MAX = ReplicatedLog.ENTRY_BYTES_MAX - 64;

    /** A fact that does not fit the log: what a caller sent is too large to be remembered. */
    static final class FactTooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FactTooLargeException(String message) {
            super(message);
        }
    }

    /** A framework's open stream. */
    record FrameworkSession(FrameworkId id, FrameworkLink link) {}

    /** An agent's open connection. */
    record AgentSession(AgentId id, AgentLink link) {}

    final MasterState state;
    final MasterConfig config;
    final Counters counters = new Counters();
    final OfferBook offers;

    private final Map<FrameworkId, FrameworkSession> frameworkSessions = new LinkedHashMap<>();
    private final Map<FrameworkLink, FrameworkSession> frameworkSessionsByLink = new LinkedHashMap<>();
    private final Map<AgentId, AgentSession> agentSessions = new LinkedHashMap<>();
    private final Map<AgentLink, AgentSession> agentSessionsByLink = new LinkedHashMap<>();
    /** When agents that are away become unreachable, in monotonic time. */
    private final Map<AgentId, Long> agentDeadlinesMs = new LinkedHashMap<>();

    private final long servingNowMs;
    private final long servingClusterTimeMs;
    private Moment now;
    private List<Fact> facts = new ArrayList<>();
    private List<Effect> effects = new ArrayList<>();
    private boolean needsEntry;
    private boolean touched;
    private int effectsBefore;
    private boolean neededEntryBefore;

    /**
     * Begins a term with its first facts, after which the state names its master, and enters every framework and every
     * agent that can be reached into new books.
     */
    LeaderTerm(MasterState state, MasterConfig config, Moment now, List<Fact.Builder> firstFacts) {
        this.state = state;
        this.config = config;
        this.now = now;
        servingNowMs = now.nowMs();
        servingClusterTimeMs = state.clusterTimeMs();
        firstFacts.forEach(this::fact);
        offers = new OfferBook(this);
        for (FrameworkId id : state.frameworkIds()) {
            offers.addFramework(living(id));
        }
        for (AgentId id : state.agentIds()) {
            AgentRecord agent = requireNonNull(state.agent(id));
            if (!agent.unreachable()) {
                offers.addAgent(agent);
            }
        }
    }

    // ---- time

    Moment now() {
        return now;
    }

    void setNow(Moment moment) {
        now = moment;
    }

    long clusterTimeMs() {
        return clusterTimeMs(now.nowMs());
    }

    private long clusterTimeMs(long nowMs) {
        return servingClusterTimeMs + (nowMs - servingNowMs);
    }

    /** Returns the monotonic time at which the cluster's clock shows the given time. */
    long nowMsAt(long clusterTime) {
        return servingNowMs + (clusterTime - servingClusterTimeMs);
    }

    // ---- the turn

    /**
     * States a fact: it holds at once for all that follows, and is committed before any effect is released.
     *
     * @throws FactTooLargeException if it does not fit a log entry; nothing has changed then
     */
    void fact(Fact.Builder fact) {
        Fact built = fact.build();
        String problem = problemOfSize(built);
        if (problem != null) {
            throw new FactTooLargeException(problem);
        }
        state.apply(built, clusterTimeMs());
        touched = true;
        facts.add(built);
    }

    /** Returns why a fact does not fit a log entry, null if it does: for a command of which the rest is to be done. */
    static @Nullable String problemOfSize(Fact fact) {
        int bytes = Entry.bytesOf(fact);
        return bytes <= FACT_BYTES_MAX
                ? null
                : fact.getKindCase() + ": " + bytes + " bytes to remember, at most " + FACT_BYTES_MAX;
    }

    void effect(Effect effect) {
        effects.add(effect);
    }

    /** Sends an event to a framework if its stream is open; otherwise nobody hears of it. */
    void send(FrameworkId to, Event.Builder event) {
        FrameworkSession session = frameworkSessions.get(to);
        if (session != null) {
            effects.add(new Effect.SendEvent(session.link(), event.build()));
        }
    }

    /** Sends a frame to an agent if its connection is open; what must arrive is asked for again when it is back. */
    void send(AgentId to, ToAgent.Builder frame) {
        AgentSession session = agentSessions.get(to);
        if (session != null) {
            send(session.link(), frame);
        }
    }

    void send(AgentLink to, ToAgent.Builder frame) {
        effects.add(new Effect.SendAgent(to, frame.setTerm(state.term())));
    }

    /** The effects of this turn tell what the cluster knows: see {@link Turn#needsEntry}. */
    void tellsWhatIsKnown() {
        needsEntry = true;
    }

    /** Something changed that no refusal can undo. */
    void touch() {
        touched = true;
    }

    void beginCommand() {
        touched = false;
        effectsBefore = effects.size();
        neededEntryBefore = needsEntry;
    }

    /** Forgets what the command that is refused wanted done; it has changed nothing. */
    void undoEffects() {
        effects.subList(effectsBefore, effects.size()).clear();
        needsEntry = neededEntryBefore;
    }

    boolean touched() {
        return touched;
    }

    Turn takeTurn() {
        List<Long> forgotten = state.takeForgotten();
        if (!forgotten.isEmpty()) {
            effects.add(new Effect.ForgetCompleted(state.completed(), forgotten));
        }
        Turn turn = new Turn(clusterTimeMs(), List.copyOf(facts), List.copyOf(effects), needsEntry);
        facts = new ArrayList<>();
        effects = new ArrayList<>();
        needsEntry = false;
        return turn;
    }

    // ---- connections

    @Nullable
    FrameworkSession framework(FrameworkId id) {
        return frameworkSessions.get(id);
    }

    @Nullable
    FrameworkSession framework(FrameworkLink link) {
        return frameworkSessionsByLink.get(link);
    }

    Map<FrameworkId, FrameworkSession> frameworkSessions() {
        return frameworkSessions;
    }

    void connect(FrameworkId id, FrameworkLink link) {
        FrameworkSession session = new FrameworkSession(id, link);
        frameworkSessions.put(id, session);
        frameworkSessionsByLink.put(link, session);
        touch();
    }

    void disconnect(FrameworkSession session) {
        frameworkSessions.remove(session.id());
        frameworkSessionsByLink.remove(session.link());
        touch();
    }

    @Nullable
    AgentSession agent(AgentId id) {
        return agentSessions.get(id);
    }

    @Nullable
    AgentSession agent(AgentLink link) {
        return agentSessionsByLink.get(link);
    }

    Map<AgentId, AgentSession> agentSessions() {
        return agentSessions;
    }

    void connect(AgentId id, AgentLink link) {
        AgentSession session = new AgentSession(id, link);
        agentSessions.put(id, session);
        agentSessionsByLink.put(link, session);
        agentDeadlinesMs.remove(id);
        touch();
    }

    void disconnect(AgentSession session) {
        agentSessions.remove(session.id());
        agentSessionsByLink.remove(session.link());
        expectAgent(session.id());
        touch();
    }

    /** From now on the agent has its timeout to come back. */
    void expectAgent(AgentId id) {
        agentDeadlinesMs.put(id, now.nowMs() + config.agentTimeoutMs());
    }

    void stopExpecting(AgentId id) {
        agentDeadlinesMs.remove(id);
    }

    Map<AgentId, Long> agentDeadlinesMs() {
        return agentDeadlinesMs;
    }

    /** Counts what happened; see {@link MasterCounters}. */
    static final class Counters {
        long offersSent;
        long offersDeclined;
        long offersRescinded;
        long tasksLaunched;
        long tasksFinished;
        long tasksFailed;
        long tasksKilled;
        long tasksLost;
        long tasksError;
        long statusUpdates;
        long acknowledgements;
        long invalidCalls;

        MasterCounters read() {
            return new MasterCounters(
                    offersSent,
                    offersDeclined,
                    offersRescinded,
                    tasksLaunched,
                    tasksFinished,
                    tasksFailed,
                    tasksKilled,
                    tasksLost,
                    tasksError,
                    statusUpdates,
                    acknowledgements,
                    invalidCalls);
        }
    }

    /** Returns the record of a framework that is known to live. */
    FrameworkRecord living(FrameworkId id) {
        return requireNonNull(state.framework(id), () -> "framework " + id);
    }
}
