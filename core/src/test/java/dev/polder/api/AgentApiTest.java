package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.master.Command;
import dev.polder.wire.DecodeException;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.Registered;
import dev.polder.wire.proto.AgentLinkFrames.StatusUpdate;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import dev.polder.wire.proto.Mesos;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class AgentApiTest {
    private static final List<String> UPGRADE = List.of("Connection: Upgrade", "Upgrade: polder-agent/1");

    private final ApiServer server;

    AgentApiTest() throws IOException {
        server = new ApiServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldUpgradeAndAnswerARegistration() throws IOException, DecodeException {
        server.master.onCommand = command -> {
            if (command instanceof Command.AgentRegistering registering) {
                registering
                        .link()
                        .send(ToAgent.newBuilder()
                                .setTerm(7)
                                .setRegistered(Registered.newBuilder()
                                        .setAgentId(Mesos.AgentID.newBuilder().setValue("S0"))
                                        .setClusterId("c")
                                        .setMasterId("m")));
            }
        };

        try (RawConnection connection = connect()) {
            connection.sendFrame(register());

            ToAgent answer = new ProtobufCodec().decode(connection.frame(), ToAgent.getDefaultInstance());
            assertThat(answer.getSequence()).isEqualTo(1);
            assertThat(answer.getTerm()).isEqualTo(7);
            assertThat(answer.getRegistered().getAgentId().getValue()).isEqualTo("S0");
        }
        await().until(() -> server.master.commands(Command.AgentClosed.class).size() == 1);
        assertThat(server.metrics.snapshot()).containsEntry("polder/api/agent_links", 0.0);
    }

    @Test
    void shouldHoldBackAnAgentWhileTheMasterIsFullAndKeepTheOrder() throws IOException {
        int updates = 5_000;
        server.master.onCommand = command -> {};
        try (RawConnection connection = connect()) {
            connection.sendFrame(register());
            await().until(() -> server.master.commands.size() == 1);
            server.master.full = true;

            for (int i = 0; i < updates; i++) {
                connection.sendFrame(update(i + 2, "t" + i));
            }
            await().until(() -> server.timers.waiting() == 2); // the ticks, and the retry of the first update
            server.master.full = false;
            await().until(() -> {
                server.timers.advance(HttpAgentLink.RETRY_MS);
                return server.master.commands.size() > updates;
            });

            assertThat(server.master.commands(Command.AgentUpdate.class))
                    .extracting(
                            command -> command.update().getStatus().getTaskId().getValue())
                    .containsExactlyElementsOf(
                            IntStream.range(0, updates).mapToObj(i -> "t" + i).toList());
        }
    }

    @Test
    void shouldCloseTheConnectionOnABadFrame() throws IOException {
        try (RawConnection connection = connect()) {
            connection.sendFrame(new byte[] {1, 2, 3});

            assertThat(connection.atEnd()).isTrue();
        }
        assertThat(server.metrics.snapshot()).containsEntry("polder/api/agent_links_broken", 1.0);
    }

    @Test
    void shouldAskForAnUpgrade() throws IOException {
        RawConnection.Answer answer = server.get("/polder/v1/agent");

        assertThat(answer.status()).isEqualTo(426);
        assertThat(answer.head().header("Upgrade")).isEqualTo("polder-agent/1");
    }

    @Test
    void shouldNotSpeakAnotherProtocol() throws IOException {
        RawConnection.Answer answer = server.ask(
                "GET /polder/v1/agent", List.of("Connection: Upgrade", "Upgrade: polder-agent/2"), new byte[0]);

        assertThat(answer.status()).isEqualTo(426);
        assertThat(answer.text()).contains("polder-agent/2", "polder-agent/1");
    }

    private RawConnection connect() throws IOException {
        RawConnection connection = server.connect();
        connection.request("GET /polder/v1/agent", UPGRADE, new byte[0]);
        assertThat(connection.head().status()).isEqualTo(101);
        return connection;
    }

    private static byte[] register() {
        return ToMaster.newBuilder()
                .setSequence(1)
                .setRegister(Register.newBuilder()
                        .setInfo(Mesos.AgentInfo.newBuilder().setHostname("h"))
                        .setIncarnation("i")
                        .setVersion("0.1.0")
                        .setIp("127.0.0.1"))
                .build()
                .toByteArray();
    }

    private static byte[] update(long sequence, String task) {
        return ToMaster.newBuilder()
                .setSequence(sequence)
                .setStatusUpdate(StatusUpdate.newBuilder()
                        .setFrameworkId(Mesos.FrameworkID.newBuilder().setValue("f"))
                        .setStatus(Mesos.TaskStatus.newBuilder()
                                .setTaskId(Mesos.TaskID.newBuilder().setValue(task))
                                .setState(Mesos.TaskState.TASK_RUNNING)))
                .build()
                .toByteArray();
    }
}
