package dev.polder.api;

import dev.polder.master.Command;
import dev.polder.master.MasterPort;
import dev.polder.master.MasterView;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.LogStatus;
import dev.polder.raft.MemberChange;
import dev.polder.wire.proto.Mesos.FrameworkID;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A master that takes down every command and does with it what the test says. */
final class FakeMaster implements MasterPort {
    static final String FRAMEWORK_ID = "a7b1c6f0-0000-4000-8000-000000000000-0000";

    final List<Command> commands = new CopyOnWriteArrayList<>();
    /** How many views were asked for. */
    final AtomicInteger views = new AtomicInteger();

    final List<MemberChange> changes = new CopyOnWriteArrayList<>();
    volatile List<String> members = List.of("m1:1", "m2:1");
    volatile List<LogStatus.Refusal> refusals = List.of();
    volatile List<LogStatus.Unreached> unreached = List.of();
    volatile ChangeOutcome outcome = new ChangeOutcome.Done(7, true);
    volatile boolean leads = true;
    volatile boolean full;
    volatile Optional<Leader> leader = Optional.of(new Leader("m", "localhost", "127.0.0.1", 5050, true));
    volatile @Nullable MasterView view;
    private volatile CompletableFuture<@Nullable Void> held = CompletableFuture.completedFuture(null);
    volatile Consumer<Command> onCommand = FakeMaster::agree;

    /** What a master without objections does: SUBSCRIBED for a subscription, 202 for any other call. */
    static void agree(Command command) {
        if (command instanceof Command.Subscribe subscribe) {
            subscribe.link().send(subscribed());
        } else if (command instanceof Command.FrameworkCall call) {
            call.reply().answer(202, "");
        }
    }

    static Event subscribed() {
        return Event.newBuilder()
                .setType(Event.Type.SUBSCRIBED)
                .setSubscribed(Event.Subscribed.newBuilder()
                        .setFrameworkId(FrameworkID.newBuilder().setValue(FRAMEWORK_ID))
                        .setHeartbeatIntervalSeconds(15))
                .build();
    }

    static Event error(String message) {
        return Event.newBuilder()
                .setType(Event.Type.ERROR)
                .setError(Event.Error.newBuilder().setMessage(message))
                .build();
    }

    /** A master that is not the leader and knows of another one. */
    void follow(String hostname, int port) {
        leads = false;
        leader = Optional.of(new Leader("m2", hostname, "10.0.0.2", port, false));
    }

    <C extends Command> List<C> commands(Class<C> kind) {
        return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public boolean submit(Command command) {
        boolean closes = command instanceof Command.FrameworkClosed || command instanceof Command.AgentClosed;
        if (!closes && (full || !leads)) {
            return false;
        }
        commands.add(command);
        onCommand.accept(command);
        return true;
    }

    @Override
    public boolean leads() {
        return leads;
    }

    @Override
    public Optional<Leader> leader() {
        return leader;
    }

    @Override
    public List<LogStatus.Refusal> refusals() {
        return refusals;
    }

    @Override
    public List<LogStatus.Unreached> unreached() {
        return unreached;
    }

    @Override
    public Optional<String> leadingMember() {
        return leader.map(known -> known.self() ? "m1:1" : "m2:1");
    }

    @Override
    public List<String> members() {
        return members;
    }

    @Override
    public CompletableFuture<ChangeOutcome> change(MemberChange change) {
        changes.add(change);
        return CompletableFuture.completedFuture(outcome);
    }

    /** Lets views wait. */
    void holdViews() {
        held = new CompletableFuture<>();
    }

    void releaseViews() {
        held.complete(null);
    }

    @Override
    public CompletableFuture<MasterView> view() {
        views.incrementAndGet();
        return held.thenCompose(any -> viewNow());
    }

    private CompletableFuture<MasterView> viewNow() {
        MasterView now = view;
        return leads && now != null
                ? CompletableFuture.completedFuture(now)
                : CompletableFuture.failedFuture(new IllegalStateException("does not lead"));
    }
}
