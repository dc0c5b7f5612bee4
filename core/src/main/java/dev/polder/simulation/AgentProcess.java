package dev.polder.simulation;

import static dev.polder.simulation.Connection.Side.CLIENT;
import static dev.polder.simulation.Violation.check;

import dev.polder.agent.Agent;
import dev.polder.agent.AgentCommand;
import dev.polder.agent.AgentEffect;
import dev.polder.agent.AgentImages;
import dev.polder.agent.AgentProfile;
import dev.polder.agent.AgentVolumes;
import dev.polder.agent.Decision;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Mesos.AgentInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One process of an agent: the real {@link Agent} over a modelled checkpoint and launcher, driven as the agent's thread
 * drives it. A restart makes a new one.
 */
final class AgentProcess {
    private static final long UPGRADE_US_MAX = 10_000_000;

    /** A turn whose facts are not durable yet, or that waits behind one. */
    private record Waiting(List<AgentFact> facts, List<AgentEffect> effects) {}

    private final Surroundings around;
    private final Timeline time;
    private final Host host;
    private final Dialer dialer;
    private final MasterFinder finder;
    private final Clock clock;
    private final Agent agent;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean syncing;
    private boolean up = true;
    private @Nullable Connection connection;
    private long connectionNumber;
    private boolean upgraded;
    /** The highest term of any frame that came. */
    private long term;

    private long timerUs = Long.MAX_VALUE;

    AgentProcess(Surroundings around, Host host, AgentInfo info, Dialer dialer) {
        this.around = around;
        this.time = around.time();
        this.host = host;
        this.dialer = dialer;
        finder = new MasterFinder(around.dice().split(), dialer.masters());
        term = host.term();
        clock = new Clock(around);
        AgentProfile profile = new AgentProfile(
                info,
                "10.0.0." + (host.number() + 1),
                host.incarnation(),
                "0.1.0",
                Path.of("/sandboxes"),
                "root",
                true,
                Duration.ofMillis(around.dice().spread(1, 5_000)),
                Set.of(),
                AgentImages.none("none in a simulation"),
                AgentVolumes.none("none in a simulation"));
        agent = new Agent(profile, host.recover(), around.dice().split().generator());
        decide(new AgentCommand.Recovered(host.recovered()));
        host.listen(this::decide);
        connectLater(0);
    }

    boolean isUp() {
        return up;
    }

    /** The process dies; of what it was writing some is on the disk. */
    void crash(boolean withHost) {
        up = false;
        int surviving = around.dice().below(waiting.size() + 1);
        for (Waiting turn : waiting) {
            if (surviving-- > 0) {
                host.write(turn.facts());
            }
        }
        Connection open = connection;
        if (open != null && withHost) {
            open.vanish(CLIENT);
        } else if (open != null) {
            open.close(CLIENT);
        }
        host.nobodyListens();
        if (withHost) {
            host.loseProcesses();
        }
    }

    /** Tells whether nothing is left to do. */
    boolean isIdle() {
        return up && waiting.isEmpty();
    }

    // ---- the connection

    private void connectLater(long delayUs) {
        time.after(delayUs, () -> {
            if (up) {
                connect();
            }
        });
    }

    private void connect() {
        long number = ++connectionNumber;
        Connection dialed =
                dialer.dial(Links.host(host.number()), finder.master(), MasterProcess.Door.AGENT, new Connection.End() {
                    @Override
                    public void received(Object message) {
                        if (isCurrent(number)) {
                            heard(message);
                        }
                    }

                    @Override
                    public void closed() {
                        if (isCurrent(number)) {
                            lost(finder.failed());
                        }
                    }
                });
        connection = dialed;
        upgraded = false;
        dialed.send(CLIENT, new Messages.Upgrade());
        time.after(UPGRADE_US_MAX, () -> {
            if (isCurrent(number) && !upgraded) {
                time.note("agent " + host.number() + " gets no answer");
                dialed.close(CLIENT);
                lost(finder.failed());
            }
        });
    }

    private boolean isCurrent(long number) {
        return up && number == connectionNumber && connection != null;
    }

    private void heard(Object message) {
        if (message instanceof Messages.Upgraded) {
            upgraded = true;
            decide(new AgentCommand.Connected(connectionNumber));
        } else if (message instanceof Messages.Redirect redirect) {
            lost(finder.redirected(redirect.master()));
        } else if (message instanceof ToAgent frame) {
            if (frame.hasRegistered()) {
                finder.found();
            }
            decide(new AgentCommand.FromMaster(connectionNumber, frame));
        }
    }

    private void lost(long waitUs) {
        connection = null;
        if (upgraded) {
            upgraded = false;
            decide(new AgentCommand.Disconnected(connectionNumber));
        }
        connectLater(waitUs);
    }

    // ---- the thread

    private void decide(AgentCommand command) {
        if (!up) {
            return;
        }
        Decision decision = around.wiring().decide(agent, clock.now(), command);
        if (command instanceof AgentCommand.FromMaster from) {
            checkFenced(from.frame(), decision);
        }
        if (!(command instanceof AgentCommand.FromMaster ping && ping.frame().hasPing())) {
            time.note("agent " + host.number() + " " + nameOf(command) + ", "
                    + decision.facts().size() + " facts");
        }
        around.ledger().decided(host.number(), decision.facts());
        if (decision.facts().isEmpty() && waiting.isEmpty()) {
            decision.effects().forEach(this::release);
        } else {
            waiting.add(new Waiting(decision.facts(), decision.effects()));
            sync();
        }
        wakeAt(agent.deadlineMs());
    }

    /** A leader that is deposed gets nothing done once its successor was heard. */
    private void checkFenced(ToAgent frame, Decision decision) {
        boolean acts = !decision.facts().isEmpty()
                || decision.effects().stream().anyMatch(effect -> !(effect instanceof AgentEffect.EndConnection));
        check(
                frame.getTerm() >= term || !acts,
                () -> "agent " + host.number() + " obeys an order of term " + frame.getTerm()
                        + ", but it has seen term " + term + ": " + frame.getKindCase());
        term = Math.max(term, frame.getTerm());
    }

    private void wakeAt(long deadlineMs) {
        if (deadlineMs == Long.MAX_VALUE) {
            return;
        }
        long atUs = clock.us(deadlineMs);
        if (atUs < timerUs || timerUs <= time.nowUs()) {
            timerUs = atUs;
            time.at(atUs, () -> {
                if (up && timerUs <= time.nowUs()) {
                    timerUs = Long.MAX_VALUE;
                    decide(new AgentCommand.Timer());
                }
            });
        }
    }

    private void sync() {
        if (syncing) {
            return;
        }
        syncing = true;
        int turns = waiting.size();
        time.after(around.dice().spread(10, around.knobs().checkpointSyncUsMax()), () -> {
            syncing = false;
            if (up) {
                synced(turns);
            }
        });
    }

    private void synced(int turns) {
        List<AgentEffect> effects = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            Waiting turn = waiting.remove();
            host.write(turn.facts());
            effects.addAll(turn.effects());
        }
        effects.forEach(this::release);
        if (!waiting.isEmpty()) {
            sync();
        }
    }

    private void release(AgentEffect effect) {
        if (effect instanceof AgentEffect.Send send) {
            if (send.frame().hasStatusUpdate()) {
                around.ledger().sent(send.frame().getStatusUpdate().getStatus());
            }
            if (connection != null && send.connection() == connectionNumber) {
                connection.send(CLIENT, send.frame());
            }
        } else if (effect instanceof AgentEffect.EndConnection end) {
            if (connection != null && end.connection() == connectionNumber) {
                time.note("agent " + host.number() + " ends its connection: " + end.why());
                connection.close(CLIENT);
                // the agent knows: it is its decision
                upgraded = false;
                lost(finder.failed());
            }
        } else if (effect instanceof AgentEffect.Refused refused) {
            throw new Violation("agent " + host.number() + " is refused: " + refused.why());
        } else if (effect instanceof AgentEffect.PrepareSandbox prepare) {
            time.after(
                    around.dice().spread(10, 100_000),
                    () -> decide(
                            around.dice().chance(0.02)
                                    ? new AgentCommand.SandboxFailed(
                                            prepare.spec().id(), "no space")
                                    : new AgentCommand.SandboxReady(
                                            prepare.spec().id())));
        } else if (effect instanceof AgentEffect.Launch launch) {
            host.launch(launch.spec());
        } else if (effect instanceof AgentEffect.Kill kill) {
            host.kill(kill.id(), kill.grace());
        } else if (effect instanceof AgentEffect.Forget forget) {
            host.forget(forget.id());
        }
    }

    private static String nameOf(AgentCommand command) {
        return command instanceof AgentCommand.FromMaster from
                ? "hears " + from.frame().getKindCase()
                : command.getClass().getSimpleName();
    }
}
