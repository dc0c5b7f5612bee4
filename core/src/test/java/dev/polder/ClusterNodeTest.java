package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.FrameworkId;
import dev.polder.model.Offer;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node as its host sees it: what it gives, and what it leaves behind. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterNodeTest {
    @TempDir
    private Path directory;

    /** The JDK and Netty keep a few threads, and the JDK a socket, from the first time that a JVM needs them. */
    @BeforeAll
    static void warmUp() {
        ClusterNode.start().close();
    }

    @Test
    void shouldLeaveNothingBehindHoweverOftenItIsStarted() throws IOException {
        Set<Thread> threadsBefore = threads();
        Set<String> filesBefore = openFiles();
        Set<ProcessHandle> childrenBefore = ProcessHandle.current().children().collect(Collectors.toSet());
        for (int i = 0; i < 5; i++) {
            InetSocketAddress master;
            InetSocketAddress agent;
            Path data;
            try (ClusterNode node = ClusterNode.start()) {
                assertThat(node.ready()).isCompleted();
                assertThat(node.describe().lines()).hasSize(6);
                assertThat(threadsSince(threadsBefore)).isNotEmpty();
                assertThat(openFiles()).isNotEqualTo(filesBefore);
                master = node.masterAddress();
                agent = node.agentAddress().orElseThrow();
                data = node.dataDirectory();
            }

            assertThat(data).doesNotExist();
            assertThat(threadsSince(threadsBefore)).isEmpty();
            assertThat(ProcessHandle.current().children().filter(child -> !childrenBefore.contains(child)))
                    .isEmpty();
            new ServerSocket(master.getPort(), 1, master.getAddress()).close();
            new ServerSocket(agent.getPort(), 1, agent.getAddress()).close();
        }
        assertThat(openFiles().stream().filter(open -> !filesBefore.contains(open)))
                .isEmpty();
    }

    @Test
    void shouldRunSideBySide() {
        Set<Thread> before = threads();

        try (ClusterNode one = ClusterNode.start();
                ClusterNode two = ClusterNode.start(config -> config.name("two"));
                ClusterNode three = ClusterNode.start(config -> config.name("three"))) {
            two.awaitReady(Duration.ofSeconds(30));
            three.awaitReady(Duration.ofSeconds(30));

            assertThat(Set.of(one.masterAddress(), two.masterAddress(), three.masterAddress()))
                    .hasSize(3);
        }

        assertThat(threadsSince(before)).isEmpty();
    }

    @Test
    void shouldSayInWordsThatItWasClosedBeforeItWasReady() {
        ClusterNode node = ClusterNode.start(
                config -> config.name("lone").roles(Set.of(NodeRole.AGENT)).seeds("127.0.0.1:1"));
        node.close();

        assertThatThrownBy(() -> node.awaitReady(Duration.ofSeconds(30)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node lone: its agent was closed before it was admitted");
    }

    @Test
    void shouldBeCloseableTwiceAndFromManyThreads() {
        Set<Thread> before = threads();
        ClusterNode node = ClusterNode.start();

        List<Thread> closers =
                Stream.generate(() -> new Thread(node::close)).limit(4).toList();
        closers.forEach(Thread::start);
        node.close();

        assertThat(threadsSince(before)).isSubsetOf(closers);
        await().until(() -> closers.stream().noneMatch(Thread::isAlive));
    }

    @Test
    void shouldSayWhichPortCannotBeHadAndMakeNothing() throws IOException {
        Set<Thread> before = threads();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Path data = directory.resolve("data");

            for (UnaryOperator<ClusterConfig.Builder> role : List.<UnaryOperator<ClusterConfig.Builder>>of(
                    config -> config.masterPort(port), config -> config.agentPort(port))) {
                assertThatThrownBy(() -> ClusterNode.start(
                                config -> role.apply(config.name("portless").dataDir(data))))
                        .hasMessageContaining("portless")
                        .hasMessageContaining(Integer.toString(port));
            }

            assertThat(data).doesNotExist();
            assertThat(threadsSince(before)).isEmpty();
        }
    }

    @Test
    void shouldSayThatItsDirectoryIsInUse() {
        try (ClusterNode node = ClusterNode.start(config -> config.dataDir(directory))) {
            node.awaitReady(Duration.ofSeconds(30));

            assertThatThrownBy(() ->
                            ClusterNode.start(config -> config.name("second").dataDir(directory)))
                    .hasMessageContaining("second")
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void shouldRefuseResourcesThatAreNone() {
        Set<Thread> before = threads();

        assertThatThrownBy(() -> ClusterNode.start(config -> config.name("poor").resources("cpus:many")))
                .hasMessageContaining("cpus")
                .hasMessageContaining("many");

        assertThat(threadsSince(before)).isEmpty();
    }

    @Test
    void shouldEndItsTasksWhenItIsClosed() throws Exception {
        Watching framework = new Watching("sleep 1000 # below " + directory);
        try (ClusterNode node = ClusterNode.start();
                FrameworkDriver driver =
                        FrameworkDriver.start(framework, FrameworkConfig.named("closing"), node.masterAddress())) {
            assertThat(driver.join(Duration.ZERO)).isFalse();
            await().until(() -> framework.states.containsValue(TaskState.TASK_RUNNING));
            assertThat(processes(directory)).hasSize(1);
        }

        await().untilAsserted(() -> assertThat(processes(directory)).isEmpty());
    }

    @Test
    void shouldKnowEverythingAgainAndTakeUpRunningTasks() throws Exception {
        Path data = directory.resolve("data");
        Path go = directory.resolve("go");
        UnaryOperator<ClusterConfig.Builder> settings =
                config -> config.dataDir(data).keepTasksOnClose(true);
        FrameworkConfig introduction = FrameworkConfig.builder("lasting")
                .frameworkId(new FrameworkId("lasting"))
                .failoverTimeout(Duration.ofHours(1))
                .build();
        Watching framework = new Watching("while [ ! -e " + go + " ]; do sleep 0.05; done; exit 7");
        String agent;

        ClusterNode first = ClusterNode.start(settings);
        InetSocketAddress master = first.masterAddress();
        try (FrameworkDriver driver = FrameworkDriver.start(framework, introduction, master)) {
            try (first) {
                first.awaitReady(Duration.ofSeconds(30));
                await().until(() -> framework.states.containsValue(TaskState.TASK_RUNNING));
                agent = agentIdOf(first);
            }
            assertThat(processes(directory)).isNotEmpty();

            try (ClusterNode second =
                    ClusterNode.start(config -> settings.apply(config).masterPort(master.getPort()))) {
                second.awaitReady(Duration.ofSeconds(30));
                assertThat(agentIdOf(second)).isEqualTo(agent);
                assertThat(state(second)).contains("\"id\":\"lasting\"", "\"state\":\"TASK_RUNNING\"");
                Files.createFile(go);
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> framework.states.containsValue(TaskState.TASK_FAILED));
            }
            assertThat(framework.exitCodes).containsExactly(7);
            assertThat(driver.teardown()).isNotNull();
        }
    }

    @Test
    void shouldReportAnExitThatItMissed() throws Exception {
        Path data = directory.resolve("data");
        Path go = directory.resolve("go");
        UnaryOperator<ClusterConfig.Builder> settings =
                config -> config.dataDir(data).keepTasksOnClose(true);
        FrameworkConfig introduction = FrameworkConfig.builder("missing")
                .failoverTimeout(Duration.ofHours(1))
                .build();
        Watching framework = new Watching("while [ ! -e " + go + " ]; do sleep 0.05; done; exit 3");

        ClusterNode first = ClusterNode.start(settings);
        InetSocketAddress master = first.masterAddress();
        try (FrameworkDriver driver = FrameworkDriver.start(framework, introduction, master)) {
            try (first) {
                first.awaitReady(Duration.ofSeconds(30));
                await().until(() -> framework.states.containsValue(TaskState.TASK_RUNNING));
            }
            Files.createFile(go);
            await().untilAsserted(() -> assertThat(processes(directory)).isEmpty());

            try (ClusterNode second =
                    ClusterNode.start(config -> settings.apply(config).masterPort(master.getPort()))) {
                second.awaitReady(Duration.ofSeconds(30));
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> framework.states.containsValue(TaskState.TASK_FAILED));
                assertThat(driver.frameworkId()).isPresent();
            }
            assertThat(framework.exitCodes).containsExactly(3);
        }
    }

    /** Launches one task and remembers its states. */
    private static final class Watching implements Framework {
        final Map<String, TaskState> states = new ConcurrentHashMap<>();
        final List<Integer> exitCodes = Collections.synchronizedList(new ArrayList<>());
        private final String command;
        private boolean launched;

        Watching(String command) {
            this.command = command;
        }

        @Override
        public void onOffers(SchedulerDriver driver, List<Offer> offers) {
            for (Offer offer : offers) {
                if (launched) {
                    driver.decline(offer);
                } else {
                    launched = true;
                    driver.accept(
                            offer,
                            TaskInfo.builder("watched")
                                    .name("watched")
                                    .shell(command)
                                    .cpus(0.1)
                                    .mem(16)
                                    .build());
                }
            }
        }

        @Override
        public void onUpdate(SchedulerDriver driver, TaskStatus status) {
            states.put(status.taskId().value(), status.state());
            status.exitCode().ifPresent(exitCodes::add);
        }
    }

    private static String agentIdOf(ClusterNode node) throws Exception {
        String state = state(node);
        int at = state.indexOf("\"slaves\":[{\"id\":\"") + 17;
        return state.substring(at, state.indexOf('"', at));
    }

    private static String state(ClusterNode node) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.masterAddress().getPort() + "/state"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    /** Returns the threads of this JVM, whatever their names, that are new; but for the one that waits for children. */
    private static List<Thread> threadsSince(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> thread.isAlive() && !before.contains(thread))
                .filter(thread -> !thread.getName().startsWith("process reaper"))
                .toList();
    }

    /** Returns the processes of tasks whose command names the directory. */
    private static List<String> processes(Path directory) {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains("sh -c ") && line.contains(directory.toString()))
                .toList();
    }

    /** Returns the descriptors of this JVM with what they are open on, but for the one that reads the list. */
    private static Set<String> openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(descriptor -> {
                        try {
                            return descriptor.getFileName() + " " + Files.readSymbolicLink(descriptor);
                        } catch (IOException closedMeanwhile) {
                            return "";
                        }
                    })
                    .filter(open -> !open.isEmpty() && !open.matches("\\d+ /proc/\\d+/fd"))
                    .collect(Collectors.toSet());
        }
    }
}
