package dev.polder.agent;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Containerizer;
import dev.polder.model.AgentId;
import dev.polder.model.Moment;
import dev.polder.model.TaskId;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the agent: takes what waits, has it decided, writes the facts of all of it to the checkpoint with
 * one force, then releases the effects. A failure of the disk, or of the agent itself, ends it; tasks run on.
 */
final class AgentLoop implements Runnable, Executor {
    private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);
    /** A turn takes no more messages once it has made so many bytes of facts. */
    private static final int TURN_BYTES = 1 << 20;

    private static final int TURN_MESSAGES_MAX = 1_024;

    private final String nodeName;
    private final AgentState state;
    private final Agent agent;
    private final Checkpoint checkpoint;
    private final AgentConnection connection;
    private final SandboxPool sandboxes;
    private final AgentProbe probe;
    private final long startNanos = System.nanoTime();
    /**
     * Never full: frames are bounded by the connection, which stops reading; the containerizer says at most four
     * things of each of its containers, the sandbox pool one, and those are bounded by the containerizer. A check says no
     * more than one thing an interval.
     */
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();

    private final List<AgentFact> facts = new ArrayList<>();
    private final List<AgentEffect> effects = new ArrayList<>();
    private int factBytes;

    private final CompletableFuture<Void> admitted = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile @Nullable AgentId agentId;
    private volatile AgentCounters counters = new AgentCounters(0, false, 0, 0, 0, 0, 0, 0, 0);

    private @Nullable Containerizer containerizer;
    private @Nullable SandboxKeeper keeper;
    private @Nullable AgentChecks checks;
    private boolean launching = true;
    private boolean running = true;
    private long commandsDecided;
    private long factsMade;
    private long forces;
    private long longestTurnNanos;

    AgentLoop(
            AgentServiceConfig config,
            AgentProfile profile,
            AgentState state,
            Checkpoint checkpoint,
            SandboxPool.Sources sources,
            MasterDialer dialer,
            RandomGenerator random) {
        this.nodeName = config.nodeName();
        this.state = state;
        this.agent = new Agent(profile, state, random);
        this.agentId = state.agentId();
        this.checkpoint = checkpoint;
        this.connection = new AgentConnection(nodeName, config.leader(), dialer, this, this::decide);
        this.sandboxes = new SandboxPool(nodeName, profile.sandboxes(), sources, this);
        this.probe = config.probe();
    }

    // ---- from any thread ----

    /** Runs something on the agent thread. */
    @Override
    public void execute(Runnable message) {
        inbox.add(message);
    }

    /** Has a command decided on the agent thread. */
    void submit(AgentCommand command) {
        execute(() -> decide(command));
    }

    /**
     * Begins with what the containerizer found, and tells the keeper what becomes of it. Called before the thread is
     * started.
     */
    void recover(Containerizer found, SandboxKeeper sandboxKeeper) {
        containerizer = found;
        keeper = sandboxKeeper;
        checks = new AgentChecks(nodeName, found, this::submit);
        submit(new AgentCommand.Recovered(found.recovered()));
    }

    /** Returns the containers that run; exceptionally if the agent has ended. */
    CompletableFuture<List<RunningContainer>> running() {
        CompletableFuture<List<RunningContainer>> found = new CompletableFuture<>();
        execute(() -> found.complete(state.tasks().stream()
                .filter(task -> task.newest() != null && !task.isTerminal())
                .map(AgentTask::container)
                .toList()));
        return found;
    }

    /** Leaves the master and launches nothing more; the future completes when that is so. */
    CompletableFuture<Void> quiesce() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        execute(() -> {
            launching = false;
            closeChecks();
            connection.stop();
            quiet.complete(null);
        });
        return CompletableFuture.anyOf(quiet, ended).thenApply(nothing -> null);
    }

    /** Ends the thread behind everything that waits now. */
    void stop() {
        execute(() -> running = false);
    }

    CompletableFuture<Void> admitted() {
        return admitted;
    }

    /** Completes when the thread has nothing more to do; exceptionally if it ended by itself. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    @Nullable
    AgentId agentId() {
        return agentId;
    }

    AgentCounters counters() {
        return counters;
    }

    // ---- the agent thread ----

    @Override
    public void run() {
        try {
            while (running) {
                Runnable message = inbox.poll(nanosToWait(), TimeUnit.NANOSECONDS);
                long begin = System.nanoTime();
                turn(message);
                longestTurnNanos = Math.max(longestTurnNanos, System.nanoTime() - begin);
                publish();
            }
            end(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(e);
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("agent ended node={}; its tasks run on", nodeName, e);
            end(e);
        }
    }

    private void turn(@Nullable Runnable first) throws IOException {
        Runnable message = first;
        for (int i = 1; message != null && running; i++) {
            message.run();
            message = i < TURN_MESSAGES_MAX && factBytes < TURN_BYTES ? inbox.poll() : null;
        }
        long nowMs = now().nowMs();
        if (agent.deadlineMs() <= nowMs) {
            decide(new AgentCommand.Timer());
        }
        connection.turn(nowMs);
        commit();
        List<AgentEffect> released = List.copyOf(effects);
        effects.clear();
        released.forEach(this::release);
    }

    private void decide(AgentCommand command) {
        Decision decision = agent.decide(now(), command);
        commandsDecided++;
        noteEnd(command);
        for (AgentFact fact : decision.facts()) {
            facts.add(fact);
            factBytes += fact.getSerializedSize();
        }
        effects.addAll(decision.effects());
    }

    /** What was told before the agent was killed is told again to the next one. */
    private void noteEnd(AgentCommand command) {
        if (command instanceof AgentCommand.Exited exited) {
            keeper().end(exited.id());
        } else if (command instanceof AgentCommand.NotStarted notStarted) {
            keeper().end(notStarted.id());
        } else if (command instanceof AgentCommand.Lost lost) {
            keeper().end(lost.id());
        } else if (command instanceof AgentCommand.SandboxFailed failed) {
            keeper().end(failed.id());
        } else if (command instanceof AgentCommand.FetchFailed failed) {
            keeper().end(failed.id());
        } else if (command instanceof AgentCommand.PullFailed failed) {
            keeper().end(failed.id());
        }
    }

    private SandboxKeeper keeper() {
        return requireNonNull(keeper, "keeper");
    }

    private void commit() throws IOException {
        if (facts.isEmpty()) {
            return;
        }
        checkpoint.append(facts);
        forces++;
        factsMade += facts.size();
        for (AgentFact fact : facts) {
            if (fact.hasUpdateAdded()
                    && Statuses.isTerminal(fact.getUpdateAdded().getStatus().getState())) {
                probe.endNotSent(
                        new TaskId(fact.getUpdateAdded().getStatus().getTaskId().getValue()));
            }
        }
        facts.clear();
        factBytes = 0;
        if (checkpoint.isLong()) {
            checkpoint.rewrite(state);
        }
    }

    private void release(AgentEffect effect) {
        if (effect instanceof AgentEffect.Send send) {
            connection.send(send.connection(), send.frame());
        } else if (effect instanceof AgentEffect.EndConnection end) {
            connection.end(end.connection(), end.why());
        } else if (effect instanceof AgentEffect.Admitted admission) {
            admit(admission.id());
        } else if (effect instanceof AgentEffect.Refused refused) {
            refuse(refused.why());
        } else if (effect instanceof AgentEffect.PrepareSandbox prepare) {
            keeper().begin(prepare.spec().id(), prepare.spec().sandbox());
            sandboxes.prepare(prepare);
        } else if (effect instanceof AgentEffect.StopPreparing stop) {
            sandboxes.stop(stop.id());
            keeper().end(stop.id());
        } else {
            releaseToContainerizer(effect);
        }
    }

    private void releaseToContainerizer(AgentEffect effect) {
        Containerizer containers = containerizer;
        AgentChecks checked = checks;
        if (containers == null || checked == null) {
            throw new IllegalStateException("no containerizer, yet there is " + effect);
        }
        if (effect instanceof AgentEffect.Launch launch) {
            // one that is left out is found as never started by the next process
            if (launching) {
                containers.launch(launch.container());
            }
        } else if (effect instanceof AgentEffect.Kill kill) {
            checked.stop(kill.id());
            containers.kill(kill.id(), kill.grace());
        } else if (effect instanceof AgentEffect.Forget forget) {
            containers.forget(forget.id());
        } else if (effect instanceof AgentEffect.StartChecks start) {
            checked.start(start);
        } else if (effect instanceof AgentEffect.StopChecks stop) {
            checked.stop(stop.id());
        }
    }

    private void admit(AgentId id) {
        agentId = id;
        connection.admitted(now().nowMs());
        if (admitted.complete(null)) {
            LOG.info("agent admitted node={} agent={}", nodeName, id);
        }
    }

    private void refuse(String why) {
        LOG.error("agent refused node={} reason={}; it connects no more, its tasks run on", nodeName, why);
        admitted.completeExceptionally(new IllegalStateException("agent " + nodeName + " was refused: " + why));
        connection.stop();
    }

    private void end(@Nullable Throwable failure) {
        running = false;
        closeChecks();
        sandboxes.close();
        connection.stop();
        if (failure == null) {
            admitted.completeExceptionally(new IllegalStateException("its agent was closed before it was admitted"));
            ended.complete(null);
        } else {
            admitted.completeExceptionally(failure);
            ended.completeExceptionally(failure);
        }
    }

    private void closeChecks() {
        if (checks != null) {
            checks.close();
        }
    }

    private Moment now() {
        return new Moment(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos), System.currentTimeMillis());
    }

    private long nanosToWait() {
        long deadlineMs = Math.min(agent.deadlineMs(), connection.deadlineMs());
        if (deadlineMs == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        return Math.max(0, TimeUnit.MILLISECONDS.toNanos(deadlineMs) - (System.nanoTime() - startNanos));
    }

    private void publish() {
        counters = new AgentCounters(
                state.tasks().size(),
                connection.isOpen(),
                connection.attempts(),
                commandsDecided,
                factsMade,
                forces,
                checkpoint.bytes(),
                inbox.size(),
                TimeUnit.NANOSECONDS.toMicros(longestTurnNanos));
    }
}
