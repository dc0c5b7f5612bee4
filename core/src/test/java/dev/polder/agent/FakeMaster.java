package dev.polder.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.polder.http.ClosedBy;
import dev.polder.http.FrameListener;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.http.Router;
import dev.polder.http.UpgradedConnection;
import dev.polder.wire.proto.AgentLinkFrames.Acknowledge;
import dev.polder.wire.proto.AgentLinkFrames.Kill;
import dev.polder.wire.proto.AgentLinkFrames.Launch;
import dev.polder.wire.proto.AgentLinkFrames.Refused;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.Registered;
import dev.polder.wire.proto.AgentLinkFrames.StatusUpdate;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.KillPolicy;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A master that admits one agent, gives it tasks and acknowledges what it hears.
 */
final class FakeMaster implements AutoCloseable {
    private @Nullable HttpServer server;
    private final List<TaskStatus> updates = new ArrayList<>();
    private final Set<String> uuids = new HashSet<>();
    private final List<Register> registers = new ArrayList<>();
    private long repeated;
    private @Nullable UpgradedConnection connection;
    private long sent;
    private boolean acknowledging = true;
    private @Nullable String refusal;

    private FakeMaster() {}

    static FakeMaster start() throws IOException {
        FakeMaster master = new FakeMaster();
        Router router = Router.builder()
                .exact("GET", "/polder/v1/agent", master::upgrade)
                .build();
        master.server = HttpServer.start(HttpServerConfig.defaults("127.0.0.1", 0, "fake-master"), router);
        return master;
    }

    InetSocketAddress address() {
        return Objects.requireNonNull(server, "server").address();
    }

    @Override
    public void close() {
        Objects.requireNonNull(server, "server").close();
    }

    private void upgrade(HttpRequest request, HttpResponder responder) {
        if (!request.headers().first("Upgrade").equals(Optional.of("polder-agent/1"))) {
            responder.respond(HttpResponse.text(400, "no upgrade to polder-agent/1"));
            return;
        }
        CompletableFuture<UpgradedConnection> toAgent = new CompletableFuture<>();
        toAgent.complete(responder.upgrade("polder-agent/1", new FrameListener() {
            @Override
            public void onFrame(byte[] frame) {
                try {
                    receive(toAgent.join(), ToMaster.parseFrom(frame));
                } catch (InvalidProtocolBufferException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void onClosed(ClosedBy by) {
                forget(toAgent.join());
            }
        }));
    }

    private synchronized void forget(UpgradedConnection closed) {
        if (connection == closed) {
            connection = null;
        }
    }

    private synchronized void receive(UpgradedConnection from, ToMaster frame) {
        if (frame.hasRegister()) {
            connection = from;
            sent = 0;
            registers.add(frame.getRegister());
            String why = refusal;
            send(
                    why != null
                            ? ToAgent.newBuilder()
                                    .setRefused(Refused.newBuilder().setReason(why))
                            : ToAgent.newBuilder()
                                    .setRegistered(Registered.newBuilder()
                                            .setAgentId(
                                                    Mesos.AgentID.newBuilder().setValue(AgentFixture.AGENT))
                                            .setClusterId(AgentFixture.CLUSTER)
                                            .setMasterId("master-1")));
        } else if (frame.hasStatusUpdate()) {
            receive(frame.getStatusUpdate());
        }
    }

    private void receive(StatusUpdate update) {
        TaskStatus status = update.getStatus();
        if (uuids.add(status.getUuid().toString(StandardCharsets.ISO_8859_1))) {
            updates.add(status);
        } else {
            repeated++;
        }
        if (acknowledging) {
            send(ToAgent.newBuilder()
                    .setAcknowledge(Acknowledge.newBuilder()
                            .setFrameworkId(update.getFrameworkId())
                            .setTaskId(status.getTaskId())
                            .setUuid(status.getUuid())));
        }
    }

    synchronized void send(ToAgent.Builder frame) {
        UpgradedConnection to = connection;
        if (to != null) {
            to.send(frame.setSequence(++sent).setTerm(1).build().toByteArray());
        }
    }

    void launch(TaskInfo task) {
        launch(AgentFixture.framework(), task);
    }

    void launch(FrameworkInfo framework, TaskInfo task) {
        send(ToAgent.newBuilder()
                .setLaunch(Launch.newBuilder().setFramework(framework).setTask(task)));
    }

    void kill(String task, @Nullable KillPolicy policy) {
        Kill.Builder kill = Kill.newBuilder()
                .setFrameworkId(AgentFixture.frameworkId(AgentFixture.FRAMEWORK))
                .setTaskId(Mesos.TaskID.newBuilder().setValue(task));
        if (policy != null) {
            kill.setKillPolicy(policy);
        }
        send(ToAgent.newBuilder().setKill(kill));
    }

    synchronized void acknowledge(boolean on) {
        acknowledging = on;
    }

    synchronized void refuse(String why) {
        refusal = why;
    }

    /** Ends the connection from this side. */
    void cut() {
        UpgradedConnection open;
        synchronized (this) {
            open = connection;
            connection = null;
        }
        if (open != null) {
            open.close();
        }
    }

    synchronized boolean isConnected() {
        return connection != null;
    }

    synchronized List<Register> registers() {
        return List.copyOf(registers);
    }

    /** Returns the updates of a task, each once. */
    synchronized List<TaskStatus> updatesOf(String task) {
        return updates.stream()
                .filter(status -> status.getTaskId().getValue().equals(task))
                .toList();
    }

    List<String> linesOf(String task) {
        return AgentFixture.lines(updatesOf(task));
    }

    synchronized long repeated() {
        return repeated;
    }
}
