package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ClusterConfigTest {
    @Test
    void shouldKeepItsDefaults() {
        assertThat(ClusterConfig.builder().build().toString()).isEqualTo("""
                        polder.name=polder
                        polder.data-dir=
                        polder.bind=127.0.0.1
                        polder.advertise=
                        polder.master-port=0
                        polder.agent-port=0
                        polder.raft-port=0
                        polder.seeds=
                        polder.roles=master,agent
                        polder.resources=
                        polder.attributes=
                        polder.offer-timeout=120s
                        polder.reoffer-delay=1s
                        polder.agent-timeout=75s
                        polder.framework-return-timeout=60s
                        polder.election-timeout=500ms
                        polder.heartbeat-interval=15s
                        polder.min-allocatable-resources=cpus:0.01|mem:32
                        polder.filter-gpu-resources=true
                        polder.role-sorter=drf
                        polder.framework-sorter=drf
                        polder.fair-sharing-excluded-resource-names=
                        polder.offer-constraints-re2-max-mem=4096
                        polder.offer-constraints-re2-max-program-size=100
                        polder.trust-network=false
                        polder.keep-tasks-on-close=false""");
    }

    @Test
    void shouldReadTheSameSettingsFromProperties() {
        Properties properties = new Properties();
        properties.setProperty("polder.name", "m1");
        properties.setProperty("polder.data-dir", "/var/lib/polder");
        properties.setProperty("polder.master-port", "5050");
        properties.setProperty("polder.roles", "master");
        properties.setProperty("polder.offer-timeout", "30s");
        properties.setProperty("polder.agent-timeout", "PT2M");
        properties.setProperty("polder.keep-tasks-on-close", "true");
        properties.setProperty("other.key", "is not ours");

        ClusterConfig config = ClusterConfig.from(properties);

        assertThat(config.name()).isEqualTo("m1");
        assertThat(config.dataDir()).contains(Path.of("/var/lib/polder"));
        assertThat(config.masterPort()).isEqualTo(5050);
        assertThat(config.roles()).containsExactly(NodeRole.MASTER);
        assertThat(config.offerTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.agentTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.keepTasksOnClose()).isTrue();
    }

    @Test
    void shouldListEveryMistakeAtOnce() {
        Properties properties = new Properties();
        properties.setProperty("polder.offer-timeot", "30s");
        properties.setProperty("polder.zookeeper", "zk://host");
        properties.setProperty("polder.agent-port", "many");
        properties.setProperty("polder.raft-port", "70000");
        properties.setProperty("polder.agent-timeout", "soon");
        properties.setProperty("polder.bind", "0.0.0.0");

        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("polder.offer-timeot: no such setting; did you mean polder.offer-timeout?")
                .hasMessageContaining("polder.zookeeper: no such setting; there are polder.name, polder.data-dir, ")
                .hasMessageContaining("polder.agent-port 'many': not a whole number")
                .hasMessageContaining("raftPort 70000: 0 to 65535")
                .hasMessageContaining("polder.agent-timeout 'soon': not a duration")
                .hasMessageContaining("bind '0.0.0.0': beyond loopback");
    }

    @Test
    void shouldListenBeyondLoopbackOnlyIfTold() {
        ClusterConfig config =
                ClusterConfig.builder().bind("0.0.0.0").trustNetwork(true).build();

        assertThat(config.bind()).isEqualTo("0.0.0.0");
    }

    @Test
    void shouldKeepTasksOnlyWhereTheyAreFoundAgain() {
        assertThatThrownBy(() -> ClusterConfig.builder().keepTasksOnClose(true).build())
                .hasMessageContaining("keepTasksOnClose: needs dataDir");
    }

    @Test
    void shouldNotChangeWithItsBuilder() {
        ClusterConfig.Builder builder = ClusterConfig.builder().name("first");
        ClusterConfig config = builder.build();

        builder.name("second");

        assertThat(config.name()).isEqualTo("first");
    }

    @Test
    void shouldSayEverythingThatIsWrongWithSeeds() {
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .seeds("a", "b:70000", "c:1", "c:1")
                        .build())
                .hasMessageContaining("seed 'a': must be host:port")
                .hasMessageContaining("seed 'b:70000': port '70000' must be 1 to 65535")
                .hasMessageContaining("one is named twice");
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .seeds("127.0.0.1:7001", "127.0.0.1:7002")
                        .build())
                .hasMessageContaining("raftPort 0: with seeds it must be the one that the others know");
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .seeds("127.0.0.1:7001", "127.0.0.1:7002")
                        .raftPort(7003)
                        .build())
                .hasMessage("seeds [127.0.0.1:7001, 127.0.0.1:7002]: none is this node, which is 127.0.0.1:7003 by its"
                        + " advertised host and raftPort");
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .electionTimeout(Duration.ofMillis(299))
                        .build())
                .as("less than some heartbeats")
                .hasMessage("electionTimeout 299ms: 300ms to 365d");
        assertThatThrownBy(() ->
                        ClusterConfig.builder().roles(Set.of(NodeRole.AGENT)).build())
                .hasMessage("seeds: a node that is only an agent needs those of its cluster");
    }
}
