package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.agent.SandboxSettings;
import dev.polder.isolation.PortRanges;
import dev.polder.isolation.host.DeviceAccess;
import dev.polder.isolation.host.DeviceSettings;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.NetworkSettings;
import dev.polder.isolation.host.PortsSettings;
import dev.polder.isolation.host.VolumeSettings;
import dev.polder.master.OfferSettings;
import dev.polder.offer.Minimum;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.RegexLimits;
import dev.polder.offer.resource.Quantities;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
                        polder.join=false
                        polder.raft-secret-file=
                        polder.raft-certificate=
                        polder.raft-key=
                        polder.raft-trust=
                        polder.roles=master,agent
                        polder.resources=
                        polder.attributes=
                        polder.runtime-dir=
                        polder.isolation=auto
                        polder.isolation-required=
                        polder.effective-capabilities=
                        polder.bounding-capabilities=
                        polder.seccomp-config-dir=
                        polder.seccomp-profile-name=
                        polder.allowed-devices=
                        polder.nvidia-gpu-devices=
                        polder.image-store-dir=
                        polder.image-registry=docker.io
                        polder.image-insecure-registries=
                        polder.image-credentials-file=
                        polder.image-store-bytes-max=68719476736
                        polder.image-layer-bytes-max=10737418240
                        polder.host-path-volume-allow=
                        polder.docker-volume-plugin-dirs=/run/docker/plugins,/etc/docker/plugins,/usr/lib/docker/plugins
                        polder.cni-config-dir=
                        polder.cni-plugins-dir=/opt/cni/bin,/usr/lib/cni
                        polder.docker-socket=/var/run/docker.sock
                        polder.gc-delay=604800s
                        polder.gc-disk-headroom=0.1
                        polder.disk-watch-interval=60s
                        polder.max-stdout-size=10MB
                        polder.max-stderr-size=10MB
                        polder.container-disk-watch-interval=15s
                        polder.enforce-container-disk-quota=false
                        polder.container-ports-watch-interval=30s
                        polder.enforce-container-ports=false
                        polder.check-agent-port-range-only=false
                        polder.container-ports-isolated-range=
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
    void shouldReadWhereImagesComeFrom() {
        Properties properties = new Properties();
        properties.setProperty("polder.image-store-dir", "/var/lib/images");
        properties.setProperty("polder.image-registry", "registry.test:5000");
        properties.setProperty("polder.image-insecure-registries", "b:1, a");
        properties.setProperty("polder.image-credentials-file", "/etc/polder/config.json");
        properties.setProperty("polder.image-store-bytes-max", "1000");
        properties.setProperty("polder.image-layer-bytes-max", "500");

        ClusterConfig config = ClusterConfig.from(properties);

        assertThat(config.images())
                .isEqualTo(new ImageSettings(
                        Optional.of(Path.of("/var/lib/images")),
                        "registry.test:5000",
                        Set.of("a", "b:1"),
                        Optional.of(Path.of("/etc/polder/config.json")),
                        1_000,
                        500,
                        Optional.empty(),
                        Optional.empty()));
        assertThat(config.toString()).contains("polder.image-insecure-registries=a,b:1\n");
    }

    @Test
    void shouldReadWhichVolumesThereAre() {
        Properties properties = new Properties();
        properties.setProperty("polder.host-path-volume-allow", "/srv/data, /mnt");
        properties.setProperty("polder.docker-volume-plugin-dirs", "/run/plugins");
        properties.setProperty("polder.docker-socket", "/run/engine.sock");

        ClusterConfig config = ClusterConfig.from(properties);

        assertThat(config.volumes().hostPathsAllowed())
                .containsExactlyInAnyOrder(Path.of("/srv/data"), Path.of("/mnt"));
        assertThat(config.volumes().dockerPluginDirectories()).containsExactly(Path.of("/run/plugins"));
        assertThat(config.docker().socket()).isEqualTo(Path.of("/run/engine.sock"));
        assertThat(ClusterConfig.from(new Properties()).volumes()).isEqualTo(VolumeSettings.DEFAULT);
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .hostPathVolumeAllow(List.of(Path.of("here")))
                        .dockerVolumePluginDirs(List.of(Path.of("there")))
                        .dockerSocket(Path.of("nowhere"))
                        .build())
                .hasMessageContaining("dockerSocket 'nowhere': must be absolute")
                .hasMessageContaining("hostPathVolumeAllow 'here': must be absolute")
                .hasMessageContaining("dockerVolumePluginDirs 'there': must be absolute");
    }

    @Test
    void shouldReadWhereProfilesOfSystemCallsAre() {
        Properties properties = new Properties();
        properties.setProperty("polder.seccomp-config-dir", "/etc/polder/seccomp");
        properties.setProperty("polder.seccomp-profile-name", "web.json");
        ImageSettings images = ClusterConfig.from(properties).images();
        assertThat(images.seccompDirectory()).contains(Path.of("/etc/polder/seccomp"));
        assertThat(images.seccompProfile()).contains("web.json");
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .seccompConfigDir(Path.of("here"))
                        .build())
                .hasMessageContaining("seccompConfigDir 'here': must be absolute");
        assertThatThrownBy(() ->
                        ClusterConfig.builder().seccompProfileName("web.json").build())
                .hasMessageContaining("seccompProfileName 'web.json': needs seccompConfigDir, where it is");
    }

    @Test
    void shouldReadWhereTheStateOfContainersIs() {
        Properties properties = new Properties();
        properties.setProperty("polder.runtime-dir", "/run/polder");
        assertThat(ClusterConfig.from(properties).runtimeDir()).contains(Path.of("/run/polder"));
        assertThat(ClusterConfig.from(new Properties()).runtimeDir()).isEmpty();
        assertThatThrownBy(
                        () -> ClusterConfig.builder().runtimeDir(Path.of("run")).build())
                .hasMessageContaining("runtimeDir 'run': must be absolute");
    }

    @Test
    void shouldReadWhichNetworksThereAre() {
        Properties properties = new Properties();
        properties.setProperty("polder.cni-config-dir", "/etc/cni/net.d");
        properties.setProperty("polder.cni-plugins-dir", "/srv/cni, /opt/cni/bin");

        ClusterConfig config = ClusterConfig.from(properties);

        assertThat(config.networks().configurations()).hasValue(Path.of("/etc/cni/net.d"));
        assertThat(config.networks().plugins()).containsExactly(Path.of("/srv/cni"), Path.of("/opt/cni/bin"));
        assertThat(ClusterConfig.from(new Properties()).networks()).isEqualTo(NetworkSettings.DEFAULT);
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .cniConfigDir(Path.of("here"))
                        .cniPluginsDir(List.of(Path.of("/a:b")))
                        .build())
                .hasMessageContaining("cniConfigDir 'here': must be absolute")
                .hasMessageContaining("cniPluginsDir '/a:b': must be absolute, and have no ':'");
        assertThatThrownBy(
                        () -> ClusterConfig.builder().cniPluginsDir(List.of()).build())
                .hasMessageContaining("cniPluginsDir: must name at least one directory");
    }

    @Test
    void shouldReportAllMistakesAboutImages() {
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .imageStoreDir(Path.of("here"))
                        .imageRegistry("no registry")
                        .imageStoreBytesMax(-1)
                        .imageLayerBytesMax(0)
                        .build())
                .hasMessageContaining("imageStoreDir 'here': must be absolute")
                .hasMessageContaining("imageRegistry 'no registry': ")
                .hasMessageContaining("imageStoreBytesMax -1: 0 or more")
                .hasMessageContaining("imageLayerBytesMax 0: 1 or more");
        assertThat(ClusterConfig.builder()
                        .imageRegistry("/srv/images")
                        .build()
                        .images()
                        .registryOfNames())
                .isEqualTo("docker.io");
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
    void shouldTellTheAgentHowToKeepItsSandboxes() {
        Properties properties = new Properties();
        properties.setProperty("polder.gc-delay", "2d");
        properties.setProperty("polder.gc-disk-headroom", "0.25");
        properties.setProperty("polder.disk-watch-interval", "5s");
        properties.setProperty("polder.max-stdout-size", "64KB");
        properties.setProperty("polder.max-stderr-size", "0");
        properties.setProperty("polder.container-disk-watch-interval", "3s");
        properties.setProperty("polder.enforce-container-disk-quota", "true");

        assertThat(ClusterConfig.from(properties).sandboxSettings())
                .isEqualTo(new SandboxSettings(
                        Duration.ofDays(2), 250, Duration.ofSeconds(5), 64 << 10, 0, Duration.ofSeconds(3), true));
    }

    @Test
    void shouldListWhatIsWrongWithSandboxes() {
        Properties properties = new Properties();
        properties.setProperty("polder.gc-delay", "400000d");
        properties.setProperty("polder.disk-watch-interval", "0s");
        properties.setProperty("polder.max-stdout-size", "1000B");
        properties.setProperty("polder.max-stderr-size", "many");
        properties.setProperty("polder.container-disk-watch-interval", "1ms");

        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessageContaining("gcDelay, gcDiskHeadroom: delay PT9600000H is not in 0 to PT876000H")
                .hasMessageContaining("diskWatchInterval PT0S: PT0.01S to PT876000H")
                .hasMessageContaining("maxStdoutSize: segmentBytes 1000 is no multiple of 65536")
                .hasMessageContaining("polder.max-stderr-size 'many': not a size; 512KB, 10MB, 1GB are")
                .hasMessageContaining("containerDiskWatchInterval PT0.001S: PT0.01S to PT876000H");
        properties.clear();
        properties.setProperty("polder.gc-disk-headroom", "1.1");
        assertThatThrownBy(() -> ClusterConfig.from(properties)).hasMessageContaining("1100 is not in 0 to 1000");
        properties.setProperty("polder.gc-disk-headroom", "a tenth");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessageContaining("polder.gc-disk-headroom 'a tenth': not a number of at most three decimals");
    }

    @Test
    void shouldTellTheAgentWhichDevicesTasksMayUse() {
        Properties properties = new Properties();
        properties.setProperty(
                "polder.allowed-devices",
                "{\"allowed_devices\":[{\"device\":{\"path\":\"/dev/fuse\"},\"access\":{\"read\":true}}]}");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessageEndingWith("': needs cgroups/devices among the isolators");
        properties.setProperty("polder.isolation", "cgroups/devices");

        assertThat(ClusterConfig.from(properties).isolation().devices())
                .isEqualTo(new DeviceSettings(List.of(new DeviceAccess(Path.of("/dev/fuse"), "r")), List.of()));
        properties.setProperty("polder.allowed-devices", "{\"allowed_devices\":7}");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessage("allowedDevices '{\"allowed_devices\":7}': devices.allowed_devices is not an array");
    }

    @Test
    void shouldTellTheAgentWhichGraphicsProcessorsThereAre() {
        Properties properties = new Properties();
        properties.setProperty("polder.nvidia-gpu-devices", "0, 2");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessage("nvidiaGpuDevices '0, 2': needs gpu/nvidia among the isolators");
        properties.setProperty("polder.isolation", "cgroups/devices,gpu/nvidia");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessage("nvidiaGpuDevices '0, 2': resources '' must have as many gpus");
        properties.setProperty("polder.resources", "gpus:2");

        assertThat(ClusterConfig.from(properties).isolation().devices().gpus()).containsExactly(0, 2);
        properties.setProperty("polder.nvidia-gpu-devices", "0,x");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessage("nvidiaGpuDevices '0,x': 'x' is no index; 0,1 are two");
        properties.setProperty("polder.isolation", "gpu/nvidia");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessageContaining("isolation 'gpu/nvidia': gpu/nvidia needs cgroups/devices, which is not chosen");
    }

    @Test
    void shouldTellTheAgentHowToWatchPorts() {
        Properties properties = new Properties();
        properties.setProperty("polder.container-ports-watch-interval", "5s");
        properties.setProperty("polder.enforce-container-ports", "true");
        properties.setProperty("polder.container-ports-isolated-range", "[5-9,0-4]");

        ClusterConfig config = ClusterConfig.from(properties);

        assertThat(config.ports())
                .isEqualTo(
                        new PortsSettings(Duration.ofSeconds(5), true, false, Optional.of(PortRanges.parse("[0-9]"))));
        assertThat(config.toString()).contains("polder.container-ports-isolated-range=[0-9]\n");
        properties.setProperty("polder.check-agent-port-range-only", "true");
        properties.setProperty("polder.container-ports-watch-interval", "0s");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessageContaining("containerPortsWatchInterval PT0S: PT0.01S to PT8760H")
                .hasMessageContaining(
                        "checkAgentPortRangeOnly and containerPortsIsolatedRange [0-9]: only one of them");
        properties.setProperty("polder.container-ports-isolated-range", "100");
        assertThatThrownBy(() -> ClusterConfig.from(properties))
                .hasMessageContaining("polder.container-ports-isolated-range '100': ports '100' must have the form");
    }

    @Test
    void shouldTellTheMasterHowToShareOut() {
        Properties properties = new Properties();
        properties.setProperty("polder.min-allocatable-resources", "cpus:1;mem:64|disk:10");
        properties.setProperty("polder.filter-gpu-resources", "false");
        properties.setProperty("polder.role-sorter", "random");
        properties.setProperty("polder.framework-sorter", "random");
        properties.setProperty("polder.fair-sharing-excluded-resource-names", "gpus, disk");
        properties.setProperty("polder.offer-constraints-re2-max-mem", "1000");
        properties.setProperty("polder.offer-constraints-re2-max-program-size", "50");

        ClusterConfig config = ClusterConfig.from(properties);
        OfferSettings settings = config.offers().settings();
        SortedMap<String, String> flags = new TreeMap<>();
        config.offers().addFlags(flags);

        assertThat(settings)
                .isEqualTo(new OfferSettings(
                        Minimum.oneOf(
                                Quantities.of(Map.of("cpus", 1_000L, "mem", 64_000L)),
                                Quantities.of(Map.of("disk", 10_000L))),
                        false,
                        OfferEngineConfig.Order.RANDOM,
                        OfferEngineConfig.Order.RANDOM,
                        Set.of("disk", "gpus"),
                        new RegexLimits(1000, 50)));
        assertThat(flags.toString())
                .isEqualTo("{fair_sharing_excluded_resource_names=disk,gpus, filter_gpu_resources=false,"
                        + " framework_sorter=random, min_allocatable_resources=cpus:1;mem:64|disk:10,"
                        + " offer_constraints_re2_max_mem=1000B, offer_constraints_re2_max_program_size=50,"
                        + " role_sorter=random}");
    }

    @Test
    void shouldShareOutAsMesosUnlessTold() {
        OfferConfig config = ClusterConfig.builder().build().offers();
        SortedMap<String, String> flags = new TreeMap<>();
        config.addFlags(flags);

        assertThat(config.settings()).isEqualTo(OfferSettings.DEFAULT);
        assertThat(flags.toString())
                .isEqualTo("{filter_gpu_resources=true, framework_sorter=drf,"
                        + " min_allocatable_resources=cpus:0.01|mem:32, offer_constraints_re2_max_mem=4KB,"
                        + " offer_constraints_re2_max_program_size=100, role_sorter=drf}");
        assertThat(ClusterConfig.builder()
                        .minAllocatableResources("")
                        .build()
                        .offers()
                        .settings()
                        .minimum())
                .isEqualTo(Minimum.NONE);
    }

    @Test
    void shouldSayEverythingThatIsWrongWithHowItSharesOut() {
        Properties properties = new Properties();
        properties.setProperty("polder.role-sorter", "fifo");

        assertThatThrownBy(() -> ClusterConfig.from(properties)).hasMessage("polder.role-sorter 'fifo': drf or random");
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .minAllocatableResources("cpus:1|mem:[1-2]")
                        .fairSharingExcludedResourceNames(Set.of("gpus", ""))
                        .offerConstraintsRe2MaxProgramSize(1001)
                        .build())
                .hasMessageContaining("minAllocatableResources 'cpus:1|mem:[1-2]': ")
                .hasMessageContaining("fairSharingExcludedResourceNames ',gpus': a name is empty")
                .hasMessageContaining("offerConstraintsRe2: programSizeMax 1001: must be 1 to 1000");
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .minAllocatableResources("cpus:0")
                        .build())
                .hasMessageContaining("minAllocatableResources 'cpus:0': ");
    }

    @Test
    void shouldListenBeyondLoopbackOnlyIfTold() {
        ClusterConfig config =
                ClusterConfig.builder().bind("0.0.0.0").trustNetwork(true).build();

        assertThat(config.bind()).isEqualTo("0.0.0.0");
    }

    @Test
    void shouldRefuseHalfACertificateAndASecretBesideOne() {
        assertThatThrownBy(() -> ClusterConfig.builder().raftKey(Path.of("k")).build())
                .hasMessageContaining("raftCertificate '', raftKey 'k', raftTrust '': all three or none");
        assertThatThrownBy(() -> ClusterConfig.builder()
                        .raftSecretFile(Path.of("s"))
                        .raftCertificate(Path.of("c"))
                        .raftKey(Path.of("k"))
                        .raftTrust(Path.of("t"))
                        .build())
                .hasMessageContaining("raftSecretFile 's': a secret or certificates, not both");
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
                        + " advertised host and raftPort; one that is to be added to their cluster is started with"
                        + " join=true");
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
