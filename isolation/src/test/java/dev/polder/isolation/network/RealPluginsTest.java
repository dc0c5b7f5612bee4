package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's plug-ins do what they are asked, and nothing is left of it. */
@Tag("slow")
class RealPluginsTest {
    @TempDir
    static Path directory;

    private static RealPlugins plugins;
    private static String before;

    private final ContainerId one = RealPlugins.newContainer();
    private final ContainerId two = RealPlugins.newContainer();
    private CniRuntime runtime;

    @BeforeAll
    static void makeHost() throws Exception {
        plugins = new RealPlugins(directory);
        plugins.warmUp();
        before = plugins.traces();
    }

    @AfterAll
    static void endHost() throws Exception {
        if (plugins != null) {
            plugins.close();
        }
    }

    @BeforeEach
    void makeContainers() throws Exception {
        runtime = CniRuntime.open(plugins.settings);
        plugins.containers.create(one);
        plugins.containers.create(two);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        runtime.detach(one);
        runtime.detach(two);
        plugins.containers.release(one);
        plugins.containers.release(two);
        assertThat(plugins.traces()).isEqualTo(before);
        assertThat(runtime.containers()).isEmpty();
    }

    @Test
    void shouldLetTwoContainersReachEachOtherAndTheWorldAPortOfTheHost() throws Exception {
        CniResult first = runtime.attach(plugins.withPort(one, 31001));
        CniResult second = runtime.attach(plugins.request(two));
        plugins.serve(one, "page of one");

        String address = first.addresses().get(0).network().address();
        assertThat(address).startsWith("198.18.77.");
        assertThat(first.addresses().get(0).gateway()).hasValue(RealPlugins.GATEWAY);
        assertThat(first.dns().nameservers()).containsExactly("198.18.77.53");
        assertThat(second.addresses().get(0)).isNotEqualTo(first.addresses().get(0));
        assertThat(first.interfaces()).extracting(CniResult.Interface::name).contains("plot0", "eth0");
        assertThat(HostNamespace.in(plugins.containers.path(one), "ip -o addr show eth0"))
                .contains(address + "/24");
        assertThat(HostNamespace.in(plugins.containers.path(one), "ip -o link show eth0"))
                .contains("mtu 1400");
        RealPlugins.awaitPage(plugins.containers.path(two), address, 80, "page of one");
        RealPlugins.awaitPage(plugins.host.path, RealPlugins.GATEWAY, 31001, "page of one");
        RealPlugins.awaitPage(plugins.containers.path(two), RealPlugins.GATEWAY, 31001, "page of one");
        assertThat(plugins.traces()).isNotEqualTo(before);
    }

    @Test
    void shouldLimitWhatAContainerReceives() throws Exception {
        runtime.attach(plugins.request(one).withBandwidth(new Bandwidth(1_000_000, 80_000, 0, 0)));

        assertThat(plugins.host.in("tc qdisc show")).contains("tbf").contains("rate 1Mbit");
    }

    @Test
    void shouldNoticeWhatWasBrokenAfterwards() throws Exception {
        runtime.attach(NetworkRequest.of(one, "lean", "eth0", plugins.containers.path(one)));
        assertThat(runtime.check(one, "eth0")).isTrue();

        String rules = directory.resolve("rules").toString();
        plugins.host.in("iptables-save >" + rules + "; iptables -F CNI-FORWARD");
        assertThatThrownBy(() -> runtime.check(one, "eth0"))
                .isInstanceOf(CniException.class)
                .hasMessageContaining("plug-in firewall, CHECK");

        plugins.host.in("iptables-restore <" + rules);
        assertThat(runtime.check(one, "eth0")).isTrue();
        HostNamespace.in(plugins.containers.path(one), "ip link set eth0 mtu 1300");
        assertThatThrownBy(() -> runtime.check(one, "eth0"))
                .isInstanceOf(CniException.class)
                .hasMessageContaining("plug-in tuning, CHECK");
    }

    @Test
    void shouldDetachTwiceAndAlsoWhatIsGoneAlready() throws Exception {
        String rules = directory.resolve("rules").toString();
        plugins.host.in("iptables-save >" + rules);
        runtime.attach(plugins.withPort(one, 31003));
        runtime.attach(plugins.request(two));
        HostNamespace.in(plugins.containers.path(one), "ip link del eth0");

        runtime.detach(one);
        runtime.detach(one);
        plugins.containers.release(two);
        runtime.detach(two);

        assertThat(runtime.containers()).isEmpty();
        // bridge takes the address that it masquerades from the interface, so where that is gone the rule stays
        assertThat(plugins.host.in("iptables-save -t nat"))
                .contains("id: \\\"" + one, "id: \\\"" + two)
                .doesNotContain("31003");
        plugins.host.in("iptables-restore <" + rules);
    }

    @Test
    void shouldLeaveNothingWhenTheChainBreaks() throws Exception {
        runtime.attach(plugins.withPort(one, 31004));
        String attached = plugins.traces();

        // eth0 cannot be made where it is already
        HostNamespace.in(plugins.containers.path(two), "ip link add eth0 type veth peer name other");
        assertThatThrownBy(() -> runtime.attach(plugins.withPort(two, 31005)))
                .isInstanceOf(CniException.class)
                .hasMessageContaining("plug-in bridge, ADD")
                .hasMessageContaining("eth0");

        assertThat(plugins.traces()).isEqualTo(attached);
        assertThat(runtime.containers()).containsExactly(one);
    }
}
