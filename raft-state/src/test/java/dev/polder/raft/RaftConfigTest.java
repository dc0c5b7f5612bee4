package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RaftConfigTest {
    @Test
    void shouldNameEveryWrongSetting() {
        assertThatThrownBy(() -> new RaftConfig(" ", Path.of("x"), "", Duration.ofMillis(5), Duration.ofNanos(7), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("raft settings: memberId ' ' has 1 bytes, must have 1 to 255 and not be blank;"
                        + " nodeName '' must not be blank;"
                        + " heartbeatInterval PT0.000000007S must be at least 1 ms;"
                        + " proposalBytesMax 0 must be at least 1");
    }

    @Test
    void shouldRefuseHeartbeatsThatComeTooLate() {
        assertThatThrownBy(() ->
                        new RaftConfig("m1", Path.of("x"), "node", Duration.ofMillis(75), Duration.ofMillis(75), 1))
                .hasMessage("raft settings: electionTimeout PT0.075S must be longer than heartbeatInterval PT0.075S");
    }

    @Test
    void shouldRefuseANameThatTheTermFileCannotHold() {
        assertThatThrownBy(() -> new RaftConfig(
                        "ä".repeat(128), Path.of("x"), "node", Duration.ofMillis(500), Duration.ofMillis(75), 1))
                .hasMessageContaining("has 256 bytes, must have 1 to 255");
    }

    @Test
    void shouldNameTheSettingThatIsMissing() {
        assertThatThrownBy(() -> new RaftConfig("m1", null, "node", Duration.ofMillis(500), Duration.ofMillis(75), 1))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("directory");
        assertThatThrownBy(() -> new RaftConfig("m1", Path.of("x"), "node", null, Duration.ofMillis(75), 1))
                .hasMessage("electionTimeout");
    }
}
