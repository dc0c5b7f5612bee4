package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;
import static java.util.Objects.requireNonNull;

import dev.polder.agent.AgentCommand;
import dev.polder.agent.AgentState;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.TaskSpec;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A machine with an agent on it: its disk and its processes, which outlive the agent's process. The launcher here keeps
 * the promises of the real one: at most one start of a container, and of each container in the end exactly one word.
 */
final class Host {
    private static final int SIGNAL_KILL = 9;
    private static final int SIGNAL_TERM = 15;

    private enum Phase {
        INTENT,
        RUNNING,
        ENDED,
        CANCELLED,
        LOST
    }

    private static final class Running {
        final TaskSpec spec;
        final Run run;
        final String framework;
        Phase phase = Phase.INTENT;
        ExitStatus exit = new ExitStatus.Exited(0);
        long killAtUs = Long.MAX_VALUE;
        boolean terminated;
        /** When the agent hears of it next at the earliest: it hears in order. */
        long toldUs;

        Running(TaskSpec spec, Run run, String framework) {
            this.spec = spec;
            this.run = run;
            this.framework = framework;
        }
    }

    private final Surroundings around;
    private final Timeline time;
    private final int number;
    private final String incarnation;
    private final List<AgentFact> checkpoint = new ArrayList<>();
    private final Map<ContainerId, Running> processes = new LinkedHashMap<>();
    private Consumer<AgentCommand> listener = command -> {};
    /** Counts the agent's processes: one that is gone hears nothing. */
    private long listeners;
    /** The highest term that its agent has written down. */
    private long term;

    Host(Surroundings around, int number) {
        this.around = around;
        this.time = around.time();
        this.number = number;
        incarnation = around.dice().uuid();
    }

    int number() {
        return number;
    }

    String incarnation() {
        return incarnation;
    }

    // ---- the disk

    void write(List<AgentFact> facts) {
        checkpoint.addAll(facts);
        around.ledger().durable(facts);
        for (AgentFact fact : facts) {
            if (fact.hasTermSeen()) {
                term = Math.max(term, fact.getTermSeen().getTerm());
            }
        }
    }

    long term() {
        return term;
    }

    /** Returns what a new process knows; sometimes the checkpoint is written anew, as short as it can be. */
    AgentState recover() {
        AgentState state = new AgentState();
        checkpoint.forEach(state::apply);
        if (around.dice().chance(0.3)) {
            AgentState compact = new AgentState();
            state.facts().forEach(compact::apply);
            checkpoint.clear();
            checkpoint.addAll(state.facts());
            return compact;
        }
        return state;
    }

    // ---- the launcher

    /** Tells who listens from now on how every container stands; returns them all. */
    Set<ContainerId> recovered() {
        for (Running process : processes.values()) {
            if (process.phase == Phase.INTENT) {
                process.phase = Phase.CANCELLED;
            }
        }
        return new LinkedHashSet<>(processes.keySet());
    }

    void listen(Consumer<AgentCommand> to) {
        listener = to;
        listeners++;
        for (Running process : processes.values()) {
            process.toldUs = 0;
            if (process.phase == Phase.RUNNING) {
                tell(process, new AgentCommand.Started(process.spec.id(), process.run.plan.number() + 1));
            } else {
                tellEnd(process);
            }
        }
    }

    /** The agent's process is gone; its launcher takes nothing more in hand. */
    void nobodyListens() {
        listener = command -> {};
        listeners++;
        processes
                .values()
                .removeIf(process ->
                        process.phase == Phase.INTENT && around.dice().chance(0.3));
    }

    void launch(TaskSpec spec) {
        around.ledger().handed(spec.id().toString());
        Run run = around.ledger()
                .runs()
                .get(Run.Plan.ofCommand(spec.arguments().get(2)).number());
        String framework = requireNonNull(spec.environment().get("MESOS_FRAMEWORK_ID"));
        Running process = new Running(spec, run, framework);
        check(processes.put(spec.id(), process) == null, () -> spec.id() + " is launched twice");
        time.after(around.dice().spread(10, around.knobs().startUsMax()), () -> begin(process));
    }

    private void begin(Running process) {
        if (process.phase != Phase.INTENT || !processes.containsKey(process.spec.id())) {
            return;
        }
        if (around.dice().chance(0.02)) {
            process.phase = Phase.CANCELLED;
            tellEnd(process);
            return;
        }
        process.phase = Phase.RUNNING;
        time.note("host " + number + " starts " + process.run);
        around.ledger().started(process.framework, process.run);
        tell(process, new AgentCommand.Started(process.spec.id(), process.run.plan.number() + 1));
        time.after(
                process.run.plan.ms() * 1000, () -> end(process, new ExitStatus.Exited(process.run.plan.exitCode())));
    }

    private void end(Running process, ExitStatus status) {
        if (process.phase != Phase.RUNNING) {
            return;
        }
        process.phase = Phase.ENDED;
        process.exit = status;
        time.note("host " + number + ": " + process.run + " ends " + status);
        around.ledger().ended(process.framework, process.run);
        tellEnd(process);
    }

    void kill(ContainerId id, Duration grace) {
        Running process = processes.get(id);
        if (process == null) {
            return;
        }
        around.ledger().killed(process.run);
        if (process.phase == Phase.INTENT) {
            process.phase = Phase.CANCELLED;
            tellEnd(process);
            return;
        }
        if (process.phase != Phase.RUNNING) {
            return;
        }
        process.killAtUs = Math.min(process.killAtUs, time.nowUs() + grace.toNanos() / 1000);
        time.at(process.killAtUs, () -> {
            if (time.nowUs() >= process.killAtUs) {
                end(process, new ExitStatus.Signaled(SIGNAL_KILL));
            }
        });
        if (!process.terminated && process.run.plan.obeys()) {
            process.terminated = true;
            ExitStatus status = around.dice().chance(0.5)
                    ? new ExitStatus.Signaled(SIGNAL_TERM)
                    : new ExitStatus.Exited(around.dice().below(3));
            time.after(around.dice().spread(10, 1_000_000), () -> end(process, status));
        }
    }

    void forget(ContainerId id) {
        Running process = processes.remove(id);
        check(
                process == null || (process.phase != Phase.INTENT && process.phase != Phase.RUNNING),
                () -> "a container that lives is forgotten: " + id);
        around.ledger().progressed();
    }

    /** The machine loses power: what runs is gone, and nobody knows how it ended. */
    void loseProcesses() {
        for (Running process : processes.values()) {
            if (process.phase == Phase.RUNNING) {
                process.phase = Phase.LOST;
                around.ledger().ended(process.framework, process.run);
            } else if (process.phase == Phase.INTENT) {
                process.phase = Phase.CANCELLED;
            }
        }
    }

    boolean isIdle() {
        return processes.isEmpty();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("host " + number + ":");
        processes
                .values()
                .forEach(process ->
                        text.append(' ').append(process.run).append(' ').append(process.phase));
        return text.toString();
    }

    private void tellEnd(Running process) {
        ContainerId id = process.spec.id();
        switch (process.phase) {
            case ENDED -> tell(process, new AgentCommand.Exited(id, process.exit));
            case CANCELLED -> tell(process, new AgentCommand.NotStarted(id, "cancelled"));
            case LOST -> tell(process, new AgentCommand.Lost(id, "the host was restarted since"));
            case INTENT, RUNNING -> {
                // not ended
            }
        }
    }

    private void tell(Running process, AgentCommand command) {
        long current = listeners;
        process.toldUs =
                Math.max(process.toldUs + 1, time.nowUs() + around.dice().spread(1, 50_000));
        time.at(process.toldUs, () -> {
            if (listeners == current) {
                listener.accept(command);
            }
        });
    }
}
