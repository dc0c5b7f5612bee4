package dev.polder.isolation.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.docker.DockerNetwork.Kind;
import dev.polder.isolation.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container is to the engine, and what no container may be. */
class DockerRunTest {
    private static final ContainerId ID = new ContainerId(new UUID(1, 2));
    private static final DockerRun RUN = DockerRun.of("busybox:1");

    private static String create(DockerRun run) {
        return new String(JsonText.write(run.toCreate(ID, Optional.empty())), StandardCharsets.UTF_8)
                .replace('"', '\'');
    }

    private static void assertRefused(String words, ThrowingCallable made) {
        assertThatThrownBy(made).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(words);
    }

    @Test
    void shouldSayNothingOfWhatIsNotAskedFor() {
        assertThat(create(RUN))
                .isEqualTo("{'HostConfig':{'NetworkMode':'bridge','Privileged':false},'Image':'busybox:1',"
                        + "'Tty':false,'OpenStdin':false,"
                        + "'Labels':{'dev.polder.container':'00000000-0000-0001-0000-000000000002'}}");
        assertThat(DockerRun.nameOf(ID)).isEqualTo("polder-00000000-0000-0001-0000-000000000002");
    }

    @Test
    void shouldSayWhatIsAskedFor() {
        DockerRun run = new DockerRun(
                "busybox:1",
                Optional.of(List.of("/init")),
                List.of("sleep", "1"),
                Map.of("B", "2", "A", "1"),
                List.of(DockerMount.volume("data", "/data", true)),
                DockerNetwork.user("tulips"),
                List.of(new DockerPort(31000, 53, "UDP")),
                true,
                Optional.of(DockerLimits.of(1500, 64 << 20).withCpuMillisMax(1500)),
                new DockerRun.Surroundings(Optional.of("nobody"), Optional.of("plot"), Optional.of("/data")),
                true,
                List.of(new DockerParameter("env", "C=3"), new DockerParameter("label", "colour=red")));

        assertThat(create(run))
                .startsWith("{'HostConfig':{'Mounts':[{")
                .contains(
                        "'Type':'volume'",
                        "'Source':'data'",
                        "'Target':'/data'",
                        "'ReadOnly':true",
                        "'NetworkMode':'tulips'",
                        "'PortBindings':{'53/udp':[{'HostPort':'31000'}]}",
                        "'Privileged':true",
                        "'CpuShares':1536,'CpuPeriod':100000,'CpuQuota':150000,"
                                + "'Memory':67108864,'MemorySwap':67108864",
                        "'Entrypoint':['/init'],'Cmd':['sleep','1'],'Env':['A=1','B=2','C=3']",
                        "'ExposedPorts':{'53/udp':{}}",
                        "'User':'nobody','Hostname':'plot','WorkingDir':'/data','Tty':true,'OpenStdin':true",
                        "'colour':'red'");
    }

    @Test
    void shouldGiveNoLessThanMesosDoes() {
        assertThat(create(RUN.withLimits(DockerLimits.of(1, 1).withCpuMillisMax(1))))
                .contains("'CpuShares':2,'CpuPeriod':100000,'CpuQuota':1000,'Memory':33554432");
        assertThat(create(RUN.withLimits(DockerLimits.of(1000, 1 << 30))))
                .contains("'CpuShares':1024,'Memory'")
                .doesNotContain("CpuQuota");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "volume | /a:/b:ro | \"Binds\":[\"/a:/b:ro\"]",
                "cap-add | NET_ADMIN | \"CapAdd\":[\"NET_ADMIN\"]",
                "ipc | host | \"IpcMode\":\"host\"",
                "shm-size | 2M | \"ShmSize\":2097152",
                "shm-size | 1gb | \"ShmSize\":1073741824",
                "shm-size | 3k | \"ShmSize\":3072",
                "shm-size | 7 | \"ShmSize\":7",
                "memory-swap | -1 | \"MemorySwap\":-1",
                "pids-limit | 10 | \"PidsLimit\":10",
                "read-only | true | \"ReadonlyRootfs\":true",
                "init | false | \"Init\":false",
                "stop-timeout | 3 | \"StopTimeout\":3",
                "sysctl | net.a=b=c | \"Sysctls\":{\"net.a\":\"b=c\"}",
                "tmpfs | /t | \"Tmpfs\":{\"/t\":\"\"}",
                "log-opt | max-size=1m | \"LogConfig\":{\"Config\":{\"max-size\":\"1m\"}}",
                "device | /dev/kvm | \"PathOnHost\":\"/dev/kvm\",\"PathInContainer\":\"/dev/kvm\",\"CgroupPermissions\":\"rwm\"",
                "device | /dev/a:/dev/b:r | \"PathInContainer\":\"/dev/b\",\"CgroupPermissions\":\"r\"",
                "security-opt | seccomp={} | \"SecurityOpt\":[\"seccomp={}\"]",
            })
    void shouldMapParametersToTheApi(String key, String value, String json) {
        assertThat(create(RUN.withParameters(new DockerParameter(key, value))).replace('\'', '"'))
                .contains(json);
    }

    @Test
    void shouldMapLimitsOfProcesses() {
        assertThat(create(RUN.withParameters(
                        new DockerParameter("ulimit", "core=-1"), new DockerParameter("ulimit", "cpu=1:2"))))
                .contains("'Soft':-1", "'Hard':-1", "'Soft':1", "'Hard':2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name | x | is refused: it is what the container is found by again",
                "rm | true | would take the exit code away",
                "restart | always | without the scheduler",
                "memory | 1g | is what the task's resources say",
                "publish | 80:80 | has a field of its own",
                "no-such | 1 | is not known; those that are: [add-host,",
                "label | dev.polder.container=1 | found by again",
                "label | colour | is not of the form NAME=VALUE",
                "ulimit | nofile=many | SOFT:HARD",
                "device | kvm | /HOST:/CONTAINER",
                "security-opt | seccomp=web.json | put the profile's JSON there",
                "shm-size | 1x | is not a number of bytes",
                "pids-limit | ten | is not a whole number",
                "init | maybe | is not true or false",
            })
    void shouldRefuseParametersInWords(String key, String value, String words) {
        assertRefused(words, () -> RUN.withParameters(new DockerParameter(key, value)));
        assertRefused(
                "parameter " + key + "='" + value + "'", () -> RUN.withParameters(new DockerParameter(key, value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "../x", "a//b", "-x", "a?b", "a\nb"})
    void shouldRefuseWhatIsNoImage(String image) {
        assertRefused("is not the name of an image", () -> DockerRun.of(image));
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        DockerPort port = new DockerPort(31000, 80, "tcp");
        assertRefused("do not go with the network HOST", () -> RUN.withNetwork(DockerNetwork.of(Kind.HOST), port));
        assertRefused("do not go with the network NONE", () -> RUN.withNetwork(DockerNetwork.of(Kind.NONE), port));
        assertRefused("network USER with the name ''", () -> DockerNetwork.of(Kind.USER));
        assertRefused("is not the name of a network", () -> DockerNetwork.user("container:abc"));
        assertRefused("is not the name of a network", () -> DockerNetwork.user("host"));
        assertRefused("port 0 to 80", () -> new DockerPort(0, 80, "tcp"));
        assertRefused("neither tcp nor udp", () -> new DockerPort(1, 80, "sctp"));
        assertRefused("is nothing for a BIND", () -> DockerMount.bind(Path.of("a"), "/b", true));
        assertRefused("is nothing for a VOLUME", () -> DockerMount.volume("/etc", "/b", true));
        assertRefused("target b is not absolute", () -> DockerMount.volume("a", "b", true));
        assertRefused("limits of 0 cpuMillis", () -> DockerLimits.of(0, 1));
        assertRefused(
                "workingDirectory a is not absolute",
                () -> new DockerRun.Surroundings(Optional.empty(), Optional.empty(), Optional.of("a")));
    }
}
