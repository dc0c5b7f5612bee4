package dev.polder.raft;

import static dev.polder.raft.RawConnection.introduction;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strangers and broken members do to a group that goes on working: it costs them their connection. */
@Tag("slow")
class HostileConnectionsTest {
    @TempDir
    Path directory;

    private RunningGroup group;
    private String victim;

    @BeforeEach
    void start() throws Exception {
        group = RunningGroup.start(3, directory, Duration.ofSeconds(60));
        group.commit("before");
        victim = group.awaitLeader().id();
    }

    @AfterEach
    void goesOnWorking() {
        try (RunningGroup last = group) {
            last.commit("after");
            assertThat(last.awaitLeader().id()).isEqualTo(victim);
        }
    }

    private LogNetwork numbers() {
        return group.member(victim).log().network();
    }

    private byte[] hello() {
        String member = group.members().get(group.members().get(0).equals(victim) ? 1 : 0);
        return RawConnection.bytes(
                new WireFrame(0, new Greeting.Hello(introduction(member, group.members(), 1), victim)));
    }

    private void refuses(byte[] bytes, String reason) throws IOException {
        long before = numbers().framesRefused();
        try (RawConnection connection = RawConnection.to(victim)) {
            connection.say(bytes);
            assertThat(connection.hearRefusal()).contains(reason);
        }
        assertThat(numbers().framesRefused()).isEqualTo(before + 1);
    }

    @Test
    void shouldRefuseAWrongMagic() throws Exception {
        byte[] hello = hello();
        hello[WireCodec.LENGTH_BYTES + WireCodec.HEAD_BYTES] ^= 1;
        refuses(hello, "the magic is wrong: this is no member of a group");
    }

    @Test
    void shouldRefuseAnotherVersionInWords() throws Exception {
        byte[] hello = hello();
        hello[WireCodec.LENGTH_BYTES + WireCodec.HEAD_BYTES + Long.BYTES + 1] = 3;
        refuses(hello, "protocol version 3 was spoken, the other side knows 2");
    }

    @Test
    void shouldRefuseAnUnknownKind() throws Exception {
        byte[] hello = hello();
        hello[WireCodec.LENGTH_BYTES + 1] = 99;
        refuses(hello, "kind 99 in version 1 is not known");
    }

    @Test
    void shouldRefuseAFrameThatIsTooLargeForAStranger() throws Exception {
        refuses(
                ByteBuffer.allocate(4).putInt(8 << 10).array(),
                "a frame of 8196 bytes, must have 14 to " + WireConnection.STRANGER_FRAME_BYTES_MAX);
    }

    @Test
    void shouldRefuseAFrameThatIsTooLargeForAMember() throws Exception {
        String member = group.members().stream()
                .filter(one -> !one.equals(victim))
                .findFirst()
                .orElseThrow();
        group.stop(member);
        RawConnection connection = RawConnection.introduced(victim, introduction(member, group.members(), 1));
        try (connection) {
            connection.say(ByteBuffer.allocate(4).putInt(2 << 20).array());
            assertThat(connection.hearRefusal())
                    .isEqualTo("a frame of 2097156 bytes, must have 14 to " + WireConnection.MEMBER_FRAME_BYTES_MAX);
        }
        assertThat(numbers().framesRefused()).isEqualTo(1);
        group.start(member);
    }

    @Test
    void shouldRefuseARequestInAnothersName() throws Exception {
        List<String> others =
                group.members().stream().filter(one -> !one.equals(victim)).toList();
        group.stop(others.get(0));
        RawConnection connection = RawConnection.introduced(victim, introduction(others.get(0), group.members(), 1));
        try (connection) {
            connection.say(7, new PeerRequest.Vote(1_000, others.get(1), 0, 0));
            assertThat(connection.hearRefusal()).isEqualTo(others.get(0) + " speaks in the name of " + others.get(1));
        }
        assertThat(numbers().framesRefused()).isEqualTo(1);
        group.start(others.get(0));
    }

    @Test
    void shouldCountAFrameThatIsCutOff() throws Exception {
        byte[] hello = hello();
        for (int length : new int[] {1, 3, 4, 5, 14, 60, hello.length - 1}) {
            long before = numbers().framesRefused();
            try (RawConnection connection = RawConnection.to(victim)) {
                connection.say(Arrays.copyOf(hello, length));
            }
            RecordingListener.await(() -> numbers().framesRefused() == before + 1);
        }
    }

    @Test
    void shouldSurviveGarbage() throws Exception {
        Random random = new Random(11);
        int connections = 200;
        for (int i = 0; i < connections; i++) {
            byte[] garbage = new byte[10 + random.nextInt(20_000)];
            random.nextBytes(garbage);
            if (random.nextBoolean()) {
                ByteBuffer.wrap(garbage).putInt(garbage.length - 4);
            }
            try (RawConnection connection = RawConnection.to(victim)) {
                connection.say(garbage);
                connection.hearRefusal();
            } catch (IOException e) {
                // it was thrown out while it spoke
            }
        }
        RecordingListener.await(
                () -> numbers().framesRefused() == connections && numbers().connections() == 4);
    }

    @Test
    void shouldThrowOutWhoDoesNotIntroduceHimself() throws Exception {
        try (RawConnection connection = RawConnection.to(victim)) {
            connection.say(Arrays.copyOf(hello(), 20));
            assertThat(connection.hearRefusal()).isNull();
        }
        assertThat(numbers().handshakesLate()).isEqualTo(1);
    }

    @Test
    void shouldLetInOnlySomeStrangersAtATime() throws Exception {
        int flood = 500;
        List<RawConnection> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < flood; i++) {
                strangers.add(RawConnection.to(victim));
            }
            RecordingListener.await(() -> numbers().connectionsRefused()
                    >= flood - PeerDoor.STRANGERS_MAX - numbers().handshakesLate());
            // who was sent away is counted a moment longer
            RecordingListener.await(() -> numbers().connections() <= 4 + PeerDoor.STRANGERS_MAX);
            group.commit("meanwhile");
        } finally {
            for (RawConnection stranger : strangers) {
                stranger.close();
            }
        }
        RecordingListener.await(() -> numbers().connections() == 4);
    }

    @Test
    void shouldMakeRoomForAMemberAmongStrangers() throws Exception {
        String member = group.members().stream()
                .filter(one -> !one.equals(victim))
                .findFirst()
                .orElseThrow();
        group.stop(member);
        List<RawConnection> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < PeerDoor.STRANGERS_MAX; i++) {
                strangers.add(RawConnection.to(victim));
            }
            RawConnection.introduced(victim, introduction(member, group.members(), 1))
                    .close();
        } finally {
            for (RawConnection stranger : strangers) {
                stranger.close();
            }
        }
        assertThat(numbers().connectionsRefused()).isPositive();
        group.start(member);
    }
}
