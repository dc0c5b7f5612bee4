package dev.polder.isolation.network;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNetwork.Label;
import dev.polder.isolation.PortMapping;
import dev.polder.isolation.network.CniResult.Address;
import dev.polder.isolation.network.CniResult.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What plug-ins are told, and what becomes of what they answer. */
class CniRuntimeTest {
    @TempDir
    Path directory;

    FakePlugins fake;

    @BeforeEach
    void makePlugins() throws IOException {
        fake = new FakePlugins(directory);
        fake.plugins("first", "second");
        fake.network("net", "1.0.0", "first", "second");
    }

    @AfterEach
    void nothingOfCallsIsLeft() {
        assertThat(fake.settings.stateDirectory().resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void shouldCallTheChainAndTellEachPluginTheResultOfTheFormer() throws Exception {
        CniRuntime runtime = CniRuntime.open(fake.settings);

        CniResult result = runtime.attach(fake.request("net"));

        assertThat(fake.calls()).containsExactly("ADD first", "ADD second");
        assertThat(fake.told("ADD", "first").get("prevResult").isPresent()).isFalse();
        assertThat(fake.told("ADD", "second").get("prevResult").get("ips").elements())
                .hasSize(1);
        assertThat(fake.told("ADD", "second").get("name").text()).isEqualTo("net");
        assertThat(fake.told("ADD", "second").get("cniVersion").text()).isEqualTo("1.0.0");
        assertThat(fake.told("ADD", "second").get("capabilities").isPresent()).isFalse();
        assertThat(fake.environment("ADD", "first"))
                .containsExactly(
                        "CNI_COMMAND=ADD",
                        "CNI_CONTAINERID=" + fake.container,
                        "CNI_IFNAME=eth0",
                        "CNI_NETNS=" + directory.resolve("no-namespace"),
                        "CNI_PATH=" + directory.resolve("bin"));
        assertThat(result.addresses())
                .containsExactly(new Address(new IpNetwork("198.18.0.2", 24), Optional.of("198.18.0.1")));
        assertThat(result.routes()).containsExactly(new Route(new IpNetwork("0.0.0.0", 0), Optional.empty()));
        assertThat(result.dns().nameservers()).containsExactly("198.18.0.53");
        assertThat(result.dns().search()).containsExactly("example.org");
    }

    @Test
    void shouldDetachInReverseOrderOnceWithTheResultAndTheConfigurationOfThatTime() throws Exception {
        CniRuntime.open(fake.settings).attach(fake.request("net"));
        Files.delete(fake.settings.configurationDirectory().resolve("net.conflist"));
        fake.calls();

        CniRuntime restarted = CniRuntime.open(fake.settings);
        assertThat(restarted.containers()).containsExactly(fake.container);
        assertThat(restarted.result(fake.container, "eth0"))
                .hasValueSatisfying(result -> assertThat(result.addresses()).hasSize(1));
        restarted.detach(fake.container);
        restarted.detach(fake.container);

        assertThat(fake.calls()).containsExactly("DEL second", "DEL first");
        assertThat(fake.told("DEL", "first").get("prevResult").get("ips").elements())
                .hasSize(1);
        assertThat(fake.told("DEL", "first").get("args").get("own").number()).isEqualTo(1);
        // a path that is no namespace any more would make real plug-ins fail
        assertThat(fake.environment("DEL", "first")).contains("CNI_NETNS=");
        assertThat(restarted.containers()).isEmpty();
    }

    @Test
    void shouldGiveMesosWordsToAllAndPortsToThoseThatCan() throws Exception {
        fake.network(
                "net",
                "'cniVersion':'1.0.0','plugins':[{'type':'first'},"
                        + "{'type':'second','capabilities':{'portMappings':true}}]");
        NetworkRequest request = fake.request("net")
                .withPorts(List.of(new PortMapping(31000, 80, PortMapping.Protocol.UDP)))
                .withWords(List.of("blue"), List.of(new Label("tier", "web")));

        CniRuntime.open(fake.settings).attach(request);

        assertThat(fake.told("ADD", "first").get("runtimeConfig").isPresent()).isFalse();
        assertThat(fake.told("ADD", "second").get("runtimeConfig").object().toString())
                .contains("hostPort=31000", "containerPort=80", "protocol=udp");
        assertThat(fake.told("ADD", "first")
                        .get("args")
                        .get("org.apache.mesos")
                        .get("network_info")
                        .object()
                        .toString())
                .contains("name=net", "groups=[blue]", "key=tier", "value=web", "host_port=31000");
    }

    @Test
    void shouldRefuseWhatNoPluginOfTheNetworkCanDo() throws Exception {
        CniRuntime runtime = CniRuntime.open(fake.settings);

        assertThatThrownBy(() -> runtime.attach(fake.request("net").withBandwidth(new Bandwidth(1000, 1000, 0, 0))))
                .hasMessage("no plug-in of network 'net' has capability [bandwidth], which is asked for");
        assertThat(fake.calls()).isEmpty();
    }

    @Test
    void shouldAgreeOnTheNewestVersionThatAllSpeak() throws Exception {
        fake.network("net", "'plugins':[{'type':'first'},{'type':'second'}]");
        fake.plugin("second", "'0.3.1','0.4.0'", "[ $CNI_COMMAND = ADD ] && " + FakePlugins.answer(FakePlugins.RESULT));
        CniRuntime runtime = CniRuntime.open(fake.settings);

        runtime.attach(fake.request("net"));
        assertThat(fake.told("ADD", "first").get("cniVersion").text()).isEqualTo("0.4.0");

        fake.plugin("first", "'1.1.0'", "exit 1");
        assertThatThrownBy(() -> runtime.attach(NetworkRequest.of(fake.container, "net", "eth1", directory)))
                .hasMessage("network 'net' has no version of CNI in common: it is written for any,"
                        + " its plug-ins speak {first=[1.1.0], second=[0.3.1, 0.4.0]}");
    }

    @Test
    void shouldUndoTheWholeChainWhenOnePluginSaysNo() throws Exception {
        fake.plugin(
                "second",
                "[ $CNI_COMMAND = ADD ] || exit 0\n"
                        + FakePlugins.answer("{'cniVersion':'1.0.0','code':7,'msg':'no room','details':'ask later'}")
                        + "exit 1\n");
        CniRuntime runtime = CniRuntime.open(fake.settings);

        Throwable no = catchThrowable(() -> runtime.attach(fake.request("net")));

        assertThat(no)
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(7))
                .hasMessageContaining("plug-in second, ADD{CNI_CONTAINERID=" + fake.container)
                .hasMessageEndingWith("failed with code 7: no room: ask later");
        assertThat(fake.calls()).containsExactly("ADD first", "ADD second", "DEL second", "DEL first");
        assertThat(runtime.containers()).isEmpty();
    }

    @Test
    void shouldTellWhatUndoesTheResultOfThoseThatHadSucceeded() throws Exception {
        fake.plugin("second", "[ $CNI_COMMAND = ADD ] && exit 5\nexit 0\n");
        CniRuntime runtime = CniRuntime.open(fake.settings);

        assertThatThrownBy(() -> runtime.attach(fake.request("net"))).hasMessageContaining("exits with 5");

        assertThat(fake.told("DEL", "first").get("prevResult").get("ips").elements())
                .hasSize(1);
    }

    @Test
    void shouldKeepTheNoteOfWhatCouldNotBeUndoneAndTryAgain() throws Exception {
        CniRuntime runtime = CniRuntime.open(fake.settings);
        runtime.attach(fake.request("net"));
        fake.plugin("second", "echo broken >&2; exit 3");
        fake.calls();

        assertThatThrownBy(() -> runtime.detach(fake.container))
                .hasMessageContaining("plug-in second, DEL")
                .hasMessageEndingWith("exits with 3 and without an error of CNI: broken");

        assertThat(fake.calls()).containsExactly("DEL second", "DEL first");
        assertThat(runtime.containers()).containsExactly(fake.container);
        fake.plugins("second");
        runtime.detach(fake.container);
        assertThat(runtime.containers()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            echo nonsense                                        | is not JSON
            true                                                 | JSON ends too early
            echo "{}"                                            | is empty; it must be a result of CNI
            echo '{"ips":[{"address":"198.18.0.2"}]}'            | .ips[0].address is '198.18.0.2'; it must be an IP address
            echo '{"ips":[{"address":"h.example/8"}]}'           | it must be an IP address, '/' and the length of its prefix
            echo '{"dns":{"nameservers":["a b"]}}'               | .dns.nameservers[0] is 'a b'; it must be an IP address
            echo sorry; echo why >&2; exit 4                     | exits with 4 and without an error of CNI: sorry why
            echo '{"code":"x"}'; exit 1                          | exits with 1 and without an error of CNI
            kill -9 $$                                           | exits with 137 and without an error of CNI
            exec sleep 1000                                      | has not ended within callTimeout=PT5S and was killed
            sleep 1000                                           | has not ended within callTimeout=PT5S and was killed
            exec cat /dev/zero                                   | prints more than outputBytesMax=10000 bytes and was killed
            exec cat /dev/zero >&2                               | prints more than outputBytesMax=10000 bytes and was killed
            head -c 10001 /dev/zero                              | prints more than outputBytesMax=10000 bytes and was killed
            """)
    void shouldSayWhatAPluginDidWrong(String script, String words) throws Exception {
        fake.plugin("second", "[ $CNI_COMMAND = ADD ] || exit 0\n" + script + "\n");
        // the sound plug-ins have to keep to it, too, on a busy host
        Duration limit = Duration.ofSeconds(script.contains("sleep") ? 5 : 60);
        CniRuntime runtime =
                CniRuntime.open(fake.settings.withCallTimeout(limit).withOutputBytesMax(10_000));

        assertThatThrownBy(() -> runtime.attach(fake.request("net")))
                .hasMessageContaining("plug-in second, ADD")
                .hasMessageContaining(words)
                .satisfies(e -> assertThat(e.getSuppressed())
                        .noneMatch(undone -> undone.toString().contains("DEL")));

        assertThat(fake.calls()).containsExactly("ADD first", "ADD second", "DEL second", "DEL first");
        assertThat(runtime.containers()).isEmpty();
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    @Test
    void shouldUndoWhenItIsInterrupted() throws Exception {
        fake.plugin("second", "[ $CNI_COMMAND = ADD ] && exec sleep 1000\nexit 0\n");
        CniRuntime runtime = CniRuntime.open(fake.settings);

        Thread.currentThread().interrupt();
        Throwable ended = catchThrowable(() -> runtime.attach(fake.request("net")));

        // the first wait is that for VERSION or for ADD; an interrupt ends whichever it is
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).hasMessageStartingWith("interrupted while plug-in");
        assertThat(runtime.containers()).isEmpty();
    }

    @Test
    void shouldUndoWhenAnAddingIsInterrupted() throws Exception {
        Thread caller = Thread.currentThread();
        fake.plugin("second", "[ $CNI_COMMAND = ADD ] && exec sleep 1000\nexit 0\n");
        CniRuntime runtime = CniRuntime.open(fake.settings);
        Thread interrupter = new Thread(
                () -> {
                    while (!Files.exists(directory.resolve("ADD.second.env"))) {
                        Thread.onSpinWait();
                    }
                    caller.interrupt();
                },
                "interrupter");
        interrupter.start();

        Throwable ended = catchThrowable(() -> runtime.attach(fake.request("net")));

        assertThat(Thread.interrupted()).isTrue();
        interrupter.join();
        assertThat(ended).hasMessageStartingWith("interrupted while plug-in second, ADD");
        assertThat(fake.calls()).containsExactly("ADD first", "ADD second", "DEL second", "DEL first");
        assertThat(runtime.containers()).isEmpty();
    }

    @Test
    void shouldDetachFromAllNetworksTheLastInterfaceFirst() throws Exception {
        fake.network("other", "1.0.0", "second");
        CniRuntime runtime = CniRuntime.open(fake.settings);
        runtime.attach(fake.request("net"));
        runtime.attach(NetworkRequest.of(fake.container, "other", "eth1", directory));
        runtime.attach(NetworkRequest.of(new ContainerId(UUID.randomUUID()), "net", "eth0", directory));
        fake.calls();

        runtime.detach(fake.container);

        assertThat(fake.calls()).containsExactly("DEL second", "DEL second", "DEL first");
        assertThat(fake.environment("DEL", "second")).contains("CNI_IFNAME=eth0");
        assertThat(runtime.containers()).hasSize(1).doesNotContain(fake.container);
    }

    @Test
    void shouldRefuseToAttachTwice() throws Exception {
        CniRuntime runtime = CniRuntime.open(fake.settings);
        runtime.attach(fake.request("net"));
        fake.calls();

        assertThatThrownBy(() -> runtime.attach(fake.request("net")))
                .hasMessage("eth0 of container " + fake.container + " is attached already");
        assertThat(fake.calls()).isEmpty();
    }

    @Test
    void shouldCheckWhereTheVersionHasIt() throws Exception {
        fake.network("old", "0.3.1", "first");
        fake.network("off", "'cniVersion':'1.0.0','disableCheck':true,'plugins':[{'type':'first'}]");
        CniRuntime runtime = CniRuntime.open(fake.settings);
        runtime.attach(fake.request("net"));
        runtime.attach(NetworkRequest.of(fake.container, "old", "eth1", directory));
        runtime.attach(NetworkRequest.of(fake.container, "off", "eth2", directory));
        fake.calls();

        assertThat(runtime.check(fake.container, "eth0")).isTrue();
        assertThat(runtime.check(fake.container, "eth1")).isFalse();
        assertThat(runtime.check(fake.container, "eth2")).isFalse();

        assertThat(fake.calls()).containsExactly("CHECK first", "CHECK second");
        assertThat(fake.told("CHECK", "first").get("prevResult").get("ips").elements())
                .hasSize(1);
        assertThatThrownBy(() -> runtime.check(fake.container, "eth3"))
                .hasMessage("eth3 of container " + fake.container + " is not attached");
    }

    @Test
    void shouldCollectGarbageWhereTheVersionHasIt() throws Exception {
        fake.network("new", "1.1.0", "first", "second");
        fake.network("off", "'cniVersion':'1.1.0','disableGC':true,'plugins':[{'type':'first'}]");
        CniRuntime runtime = CniRuntime.open(fake.settings);
        runtime.attach(fake.request("net"));
        runtime.attach(NetworkRequest.of(fake.container, "new", "eth1", directory));
        fake.calls();

        assertThat(runtime.collectGarbage()).containsExactly("new");

        assertThat(fake.calls()).containsExactly("GC first", "GC second");
        assertThat(fake.told("GC", "second").object().get("cni.dev/valid-attachments"))
                .isEqualTo(List.of(Map.of("containerID", fake.container.toString(), "ifname", "eth1")));
    }

    @Test
    void shouldNotTellOldPluginsTheResultWhenItDetaches() throws Exception {
        fake.network("old", "0.3.1", "first");
        CniRuntime runtime = CniRuntime.open(fake.settings);
        runtime.attach(fake.request("old"));

        runtime.detach(fake.container);

        assertThat(fake.told("DEL", "first").get("prevResult").isPresent()).isFalse();
    }

    @Test
    void shouldSayWhichPluginIsNotThere() throws Exception {
        fake.network("net", "1.0.0", "absent");
        CniRuntime runtime = CniRuntime.open(fake.settings);

        assertThatThrownBy(() -> runtime.attach(fake.request("net")))
                .hasMessage("there is no plug-in absent in [" + directory.resolve("bin") + "]");
        assertThat(runtime.containers()).isEmpty();
    }

    @Test
    void shouldNotTakeWhatIsBeingAttachedForGarbage() throws Exception {
        Path go = directory.resolve("go");
        fake.plugin(
                "second",
                "[ $CNI_COMMAND = ADD ] || exit 0\nwhile [ ! -e " + go + " ]; do sleep 0.01; done\n"
                        + FakePlugins.answer(FakePlugins.RESULT));
        fake.network("new", "1.1.0", "first", "second");
        CniRuntime runtime = CniRuntime.open(fake.settings);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread attaching = thread("attaching", failure, () -> runtime.attach(fake.request("new")));
        Awaitility.await().until(() -> Files.exists(directory.resolve("ADD.second.env")));

        Thread collecting = thread("collecting", failure, runtime::collectGarbage);
        Awaitility.await().until(() -> collecting.getState() == Thread.State.WAITING || !collecting.isAlive());
        Files.createFile(go);
        attaching.join();
        collecting.join();

        assertThat(failure.get()).isNull();
        assertThat(fake.calls()).containsExactly("ADD first", "ADD second", "GC first", "GC second");
        assertThat(fake.told("GC", "first").object().get("cni.dev/valid-attachments"))
                .isEqualTo(List.of(Map.of("containerID", fake.container.toString(), "ifname", "eth0")));
    }

    @Test
    void shouldEndThePluginsThatAKilledAgentHasLeft() throws Exception {
        CniRuntime.open(fake.settings).attach(fake.request("net"));
        Process left = sleeping(fake.container.toString());
        Process other = sleeping(UUID.randomUUID().toString());
        try {
            CniRuntime.open(fake.settings);

            assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(other.isAlive()).isTrue();
        } finally {
            left.destroyForcibly().waitFor();
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldClearWhatACallOfAKilledAgentHasLeft() throws Exception {
        CniRuntime.open(fake.settings);
        Path left = Files.createDirectory(fake.settings.stateDirectory().resolve("tmp/call"));
        Files.createFile(left.resolve("stdin"));

        CniRuntime.open(fake.settings);

        assertThat(left).doesNotExist();
    }

    private static Process sleeping(String container) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", "1000");
        builder.environment().put("CNI_CONTAINERID", container);
        Process process = builder.start();
        Path environment = Path.of("/proc/" + process.pid() + "/environ");
        Awaitility.await().until(() -> Files.readString(environment, ISO_8859_1).contains(container));
        return process;
    }

    private static Thread thread(String name, AtomicReference<Throwable> failure, Callable<?> work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.call();
                    } catch (Exception e) {
                        failure.set(e);
                    }
                },
                name);
        thread.start();
        return thread;
    }
}
