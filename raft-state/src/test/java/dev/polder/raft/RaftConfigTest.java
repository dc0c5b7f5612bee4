package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaftConfigTest {
    @Test
    void shouldNameEveryWrongSetting() {
        assertThatThrownBy(() -> new RaftConfig(
                        " ", Path.of("x"), "", Duration.ofMillis(5), Duration.ofNanos(7), 0, RaftPeers.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("raft settings: memberId ' ' has 1 bytes, must have 1 to 255 and not be blank;"
                        + " nodeName '' must not be blank;"
                        + " heartbeatInterval PT0.000000007S must be at least 1 ms;"
                        + " proposalBytesMax 0 must be at least 1");
    }

    @Test
    void shouldRefuseLessThanNoRoom() {
        assertThatThrownBy(() -> new RaftConfig(
                        "m1",
                        Path.of("x"),
                        "node",
                        Duration.ofMillis(500),
                        Duration.ofMillis(75),
                        1,
                        RaftPeers.NONE,
                        -1))
                .hasMessage("raft settings: freeBytesMin -1 must not be negative");
    }

    @Test
    void shouldRefuseHeartbeatsThatComeTooLate() {
        assertThatThrownBy(() -> new RaftConfig(
                        "m1", Path.of("x"), "node", Duration.ofMillis(75), Duration.ofMillis(75), 1, RaftPeers.NONE))
                .hasMessage("raft settings: electionTimeout PT0.075S must be longer than heartbeatInterval PT0.075S");
    }

    @Test
    void shouldRefuseANameThatTheTermFileCannotHold() {
        assertThatThrownBy(() -> new RaftConfig(
                        "ä".repeat(128),
                        Path.of("x"),
                        "node",
                        Duration.ofMillis(500),
                        Duration.ofMillis(75),
                        1,
                        RaftPeers.NONE))
                .hasMessageContaining("has 256 bytes, must have 1 to 255");
    }

    @Test
    void shouldNameTheSettingThatIsMissing() {
        assertThatThrownBy(() -> new RaftConfig(
                        "m1", null, "node", Duration.ofMillis(500), Duration.ofMillis(75), 1, RaftPeers.NONE))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("directory");
        assertThatThrownBy(() ->
                        new RaftConfig("m1", Path.of("x"), "node", null, Duration.ofMillis(75), 1, RaftPeers.NONE))
                .hasMessage("electionTimeout");
    }

    @Test
    void shouldRefuseAMemberThatIsNotOneOfItsGroup() {
        RaftPeers peers = Members.peers(List.of("b:2", "a:1"));
        assertThatThrownBy(() -> new RaftConfig(
                        "c:3", Path.of("x"), "node", Duration.ofMillis(500), Duration.ofMillis(75), 1, peers))
                .hasMessage("raft settings: memberId 'c:3' must be one of the members [a:1, b:2]");
    }

    @Test
    void shouldNameEverythingThatIsWrongWithPeers() {
        assertThatThrownBy(() -> new RaftPeers(
                        List.of("a:1", "b", "c:70000", "::1:5", "[::1]:5"),
                        new InetSocketAddress(0),
                        "",
                        "x".repeat(65),
                        "y".repeat(5_000)))
                .hasMessage("raft peers: member '::1:5': host '::1' must be a name or an address; IPv6 in brackets;"
                        + " member 'b': must be host:port, at most 255 characters;"
                        + " member 'c:70000': port '70000' must be 1 to 65535;"
                        + " incarnation has 0 bytes, must have 1 to 64;"
                        + " clusterId has 65 bytes, must have 0 to 64;"
                        + " metadata has 5000 bytes, must have 0 to 4096");
        assertThatThrownBy(() -> Members.peers(List.of("a:1", "a:2", "a:3", "a:4", "a:5", "a:6", "a:7", "a:8")))
                .hasMessageContaining("8 > 7");
    }
}
