package dev.polder.simulation;

import static java.util.Objects.requireNonNull;

import dev.polder.master.Command;
import dev.polder.master.CommittedHistory;
import dev.polder.master.Effect;
import dev.polder.master.HeapCompletedTasks;
import dev.polder.master.Inbox;
import dev.polder.master.Master;
import dev.polder.master.MasterSnapshot;
import dev.polder.master.MasterView;
import dev.polder.master.Turn;
import dev.polder.master.TurnPipeline;
import dev.polder.model.Moment;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Mesos;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One process of a master: the real {@link Master}, {@link TurnPipeline} and {@link CommittedHistory}, driven as the
 * master's thread drives them, but that it also decides while nobody follows: what it decides then is never committed. A
 * restart makes a new one.
 *
 * <p>Beside the master it keeps a follower that is told only what is committed, and compares the two wherever all that
 * was decided is committed.
 */
final class MasterProcess implements LogMember.Listener {
    private static final int FIRST_PORT = 5050;
    private static final long FULL_RETRY_US = 1_000;
    /** The dear checks are made once in so many turns. */
    private static final int TURNS_A_SUM = 3;

    private static final int TURNS_A_COMPARISON = 60;

    /** What a connection to a master is for. */
    enum Door {
        STREAM,
        CALLS,
        AGENT
    }

    /** Does work that the log gave, in the order in which it gave it. */
    private sealed interface LogEvent {
        record Committed(long index, long term, Entry entry) implements LogEvent {}

        record Serving(long term) implements LogEvent {}

        record Lost(long term) implements LogEvent {}
    }

    private final Surroundings around;
    private final LogMember log;
    private final Truth truth;
    private final Clock clock;
    private final Inbox inbox;
    private final Deque<LogEvent> logEvents = new ArrayDeque<>();
    private final Deque<byte[]> unproposed = new ArrayDeque<>();
    private final TurnPipeline pipeline = new TurnPipeline(this::queueProposal, this::release);
    private final Withheld withheld = new Withheld();
    private final List<Connection> accepted = new ArrayList<>();
    private final HeapCompletedTasks completed = new HeapCompletedTasks();

    private Master master;
    private Master follower;
    private @Nullable CommittedHistory history;
    private long servingTerm = -1;
    private long lastIndex;
    private boolean announced;
    private boolean up = true;
    private boolean awake;
    private long pausedUntilUs;
    private long timerUs = Long.MAX_VALUE;
    private int turns;

    MasterProcess(Surroundings around, LogMember log, Truth truth, Clock clock) {
        this.around = around;
        this.log = log;
        this.truth = truth;
        this.clock = clock;
        inbox = new Inbox(around.knobs().inboxMax());
        master = new Master(around.knobs().master(), completed);
        follower = new Master(around.knobs().master());
        log.start(this);
    }

    // ---- from outside

    boolean isUp() {
        return up;
    }

    boolean leads() {
        return up && announced;
    }

    /** The process dies, with its connections. */
    void crash(boolean withHost) {
        up = false;
        log.crash();
        for (Connection connection : accepted) {
            if (withHost) {
                connection.vanish(Connection.Side.SERVER);
            } else {
                connection.close(Connection.Side.SERVER);
            }
        }
    }

    /** The thread gets no time for a while. */
    void pause(long us) {
        pausedUntilUs = around.time().nowUs() + us;
    }

    /** Returns this side's end of a new connection. */
    Connection.End accept(Connection connection, Door door) {
        accepted.removeIf(Connection::isOver);
        accepted.add(connection);
        return switch (door) {
            case STREAM -> new FrameworkDoor(this, around, connection);
            case CALLS -> new CallDoor(this, connection);
            case AGENT -> new AgentDoor(this, around, connection);
        };
    }

    boolean submit(Command command) {
        boolean closes = command instanceof Command.FrameworkClosed || command instanceof Command.AgentClosed;
        if (!up || (!closes && !announced) || !inbox.offer(command)) {
            return false;
        }
        wake();
        return true;
    }

    @Override
    public void committed(long index, long term, Entry entry) {
        logEvents.add(new LogEvent.Committed(index, term, entry));
        wake();
    }

    @Override
    public void serving(long term) {
        logEvents.add(new LogEvent.Serving(term));
        wake();
    }

    @Override
    public void lost(long term) {
        logEvents.add(new LogEvent.Lost(term));
        wake();
    }

    /**
     * Returns what to answer to whom it cannot serve: where the leader is, if the newest master that it knows of is that
     * of the term it follows; else that it knows none, or has no room.
     */
    Messages wayToLeader() {
        MasterView view = committedState().committedView(lastIndex);
        int leader = view.master().getPort() - FIRST_PORT;
        boolean known = servingTerm < 0 && log.leaderTerm() > 0 && view.term() == log.leaderTerm();
        return known && leader != log.number()
                ? new Messages.Redirect(leader)
                : new Messages.Response(0, 503, "no leader, or no room");
    }

    /** Returns what this master has applied, up to where. */
    MasterView appliedView() {
        return committedState().committedView(lastIndex);
    }

    /** Returns what this leader shows; null if it does not lead, or something is on its way to being committed. */
    @Nullable
    MasterView quietView() {
        return leads() && pipeline.isEmpty() && inbox.isEmpty() && logEvents.isEmpty() ? master.view(lastIndex) : null;
    }

    // ---- the master's thread

    private void wake() {
        if (up && !awake) {
            awake = true;
            long delay = Math.max(
                    pausedUntilUs - around.time().nowUs(),
                    around.dice()
                            .spread(1, around.isCalm() ? 1_000 : around.knobs().masterDelayUsMax()));
            around.time().after(delay, this::work);
        }
    }

    private void wakeAt(long atUs) {
        if (atUs < timerUs || timerUs <= around.time().nowUs()) {
            timerUs = atUs;
            around.time().at(atUs, this::wake);
        }
    }

    private void work() {
        awake = false;
        if (!up) {
            return;
        }
        drainLog();
        if (servingTerm < 0) {
            refuseCommands();
            return;
        }
        propose();
        if (unproposed.isEmpty()) {
            decide();
        } else {
            wakeAt(around.time().nowUs() + FULL_RETRY_US);
        }
    }

    private void drainLog() {
        LogEvent event;
        while ((event = logEvents.poll()) != null) {
            if (event instanceof LogEvent.Committed committed) {
                committed(committed);
            } else if (event instanceof LogEvent.Serving serving) {
                serve(serving.term());
            } else if (event instanceof LogEvent.Lost lost) {
                lose(lost.term());
            }
        }
    }

    private void committed(LogEvent.Committed committed) {
        lastIndex = committed.index();
        follower.apply(committed.entry());
        if (committed.term() == servingTerm) {
            withheld.committed();
            requireNonNull(history).add(committed.index(), committed.entry());
            pipeline.committed(committed.index());
        } else {
            master.apply(committed.entry());
        }
        truth.applied(log.number(), lastIndex, () -> committedState().committedView(lastIndex));
    }

    /** Returns the real master where it follows, and beside a leader its shadow. */
    private Master committedState() {
        return servingTerm < 0 ? master : follower;
    }

    private void serve(long term) {
        history = new CommittedHistory(master.committedView(lastIndex));
        servingTerm = term;
        withheld.clear();
        truth.serves(log.number(), term, master.committedView(lastIndex));
        Mesos.MasterInfo elected = Mesos.MasterInfo.newBuilder()
                .setId(around.dice().uuid())
                .setIp(1)
                .setPort(FIRST_PORT + log.number())
                .setHostname("master")
                .build();
        Turn turn = master.serving(term, clock.now(), elected, around.dice().uuid());
        submit(turn);
        pipeline.whenCommitted(lastIndex, index -> {
            announced = true;
            around.time().note("master " + log.number() + " leads term " + term);
        });
        master.checkInvariants();
    }

    private void lose(long term) {
        if (servingTerm != term) {
            return;
        }
        around.time().note("master " + log.number() + " lost term " + term);
        announced = false;
        servingTerm = -1;
        unproposed.clear();
        withheld.clear();
        around.wiring().lose(pipeline.lost());
        master.connections().forEach(Effect::perform);
        master = requireNonNull(history).rebuild(around.knobs().master(), completed);
        history = null;
        Views.requireSame(
                "the master that went back", master.committedView(lastIndex), follower.committedView(lastIndex));
    }

    private void refuseCommands() {
        List<Command> refused = new ArrayList<>();
        inbox.drainTo(refused, Integer.MAX_VALUE);
        refused.forEach(Command::refuse);
    }

    private void decide() {
        List<Command> commands = new ArrayList<>();
        inbox.drainTo(commands, around.knobs().turnCommandsMax());
        Moment now = clock.now();
        if (!commands.isEmpty() || master.nextDeadlineMs() <= now.nowMs()) {
            Turn turn = around.wiring().decide(master, now, commands);
            if (!turn.isEmpty() || turn.needsEntry()) {
                around.time()
                        .note("turn " + commands.size() + " commands, "
                                + turn.facts().size() + " facts, "
                                + turn.effects().size() + " effects");
                submit(turn);
                checkTurn();
            }
        }
        if (!inbox.isEmpty()) {
            wake();
        }
        long deadlineMs = master.nextDeadlineMs();
        if (deadlineMs != Long.MAX_VALUE) {
            wakeAt(clock.us(deadlineMs));
        }
    }

    private void submit(Turn turn) {
        withheld.decided(turn.effects(), !turn.facts().isEmpty() || turn.needsEntry());
        around.wiring().submit(pipeline, turn, this::release);
    }

    private void queueProposal(byte[] entry) {
        withheld.proposed();
        unproposed.add(entry);
        propose();
    }

    private void propose() {
        byte[] next;
        while ((next = unproposed.peek()) != null) {
            if (log.propose(servingTerm, next) == LogMember.Proposed.FULL) {
                return;
            }
            unproposed.remove();
        }
    }

    // ---- what leaves

    private void release(Effect effect) {
        withheld.released(effect);
        around.ledger().released(effect, truth.isOver(servingTerm));
        effect.perform();
    }

    // ---- checks

    private void checkTurn() {
        master.checkInvariants();
        turns++;
        if (turns % TURNS_A_SUM == 0) {
            Views.requireConserved(master.view(lastIndex));
        }
        if (requireNonNull(history).isLong() || around.dice().chance(0.02)) {
            MasterView view = master.view(lastIndex);
            pipeline.whenCommitted(lastIndex, index -> requireNonNull(history).rebase(readBack(view.at(index))));
        }
        if (turns % TURNS_A_COMPARISON == 0) {
            MasterView view = master.view(lastIndex);
            long term = servingTerm;
            pipeline.whenCommitted(
                    lastIndex,
                    index -> Views.requireSame(
                            "view and log of term " + term + " at " + index, view, follower.committedView(index)));
        }
    }

    /** Returns a view as a snapshot brings it back. */
    private static MasterView readBack(MasterView view) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            MasterSnapshot.write(view, bytes);
            return MasterSnapshot.read(
                    new ByteArrayInputStream(bytes.toByteArray()), view.index(), new HeapCompletedTasks());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
