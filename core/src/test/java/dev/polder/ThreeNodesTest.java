package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes in this JVM: how they form a cluster, and what becomes of it when one goes. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ThreeNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<ClusterNode> nodes = new ArrayList<>();
    private List<Integer> ports = List.of();

    @BeforeEach
    void choosePorts() throws IOException {
        ports = ClusterProcesses.freePorts(3);
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(ClusterNode::close);
    }

    private List<String> seeds() {
        return ports.stream().map(port -> "127.0.0.1:" + port).toList();
    }

    private ClusterConfig.Builder config(int node) {
        return ClusterConfig.builder()
                .name("n" + node)
                .dataDir(directory.resolve("data-" + node))
                .raftPort(ports.get(node))
                .seeds(seeds().toArray(new String[0]))
                .resources("cpus:4;mem:1024;disk:1024");
    }

    private ClusterNode start(ClusterConfig.Builder config) {
        ClusterNode node = ClusterNode.start(config.build());
        nodes.add(node);
        return node;
    }

    private ClusterNode start(int node) {
        return start(config(node));
    }

    private void startAll() {
        for (int node = 0; node < 3; node++) {
            start(node);
        }
        nodes.forEach(node -> node.awaitReady(PATIENCE));
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(10, TimeUnit.MILLISECONDS)
                .until(condition);
    }

    private ClusterNode leader() {
        await("a leader", () -> leaders().count() == 1);
        return leaders().findFirst().orElseThrow();
    }

    private Stream<ClusterNode> leaders() {
        return nodes.stream().filter(node -> node.describe().contains("leader   this node"));
    }

    private List<ClusterNode> others(ClusterNode than) {
        return nodes.stream().filter(node -> node != than).toList();
    }

    private void close(ClusterNode node) {
        node.close();
        nodes.remove(node);
    }

    private InetSocketAddress[] masters() {
        return nodes.stream().map(ClusterNode::masterAddress).toArray(InetSocketAddress[]::new);
    }

    private String runOneTask(String id) throws Exception {
        OneTask framework = new OneTask(id);
        try (FrameworkDriver driver = FrameworkDriver.start(framework, FrameworkConfig.named(id), masters())) {
            assertThat(driver.join(PATIENCE)).isTrue();
        }
        return String.join(" ", framework.told);
    }

    private HttpResponse<String> get(ClusterNode node, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + node.masterAddress().getPort() + path);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    // ---- forming

    @Test
    void shouldMakeOneClusterOfTheSameSeedsInAnyOrder() throws Exception {
        for (int node = 0; node < 3; node++) {
            List<String> seeds = new ArrayList<>(seeds());
            Collections.rotate(seeds, node);
            start(config(node).seeds(seeds.toArray(new String[0])));
        }
        nodes.forEach(node -> node.awaitReady(PATIENCE));

        assertThat(leaders()).hasSize(1);
        assertThat(runOneTask("t1")).isEqualTo("TASK_STARTING TASK_RUNNING TASK_FINISHED");
        List<String> identities = new ArrayList<>();
        for (int node = 0; node < 3; node++) {
            identities.add(Files.readAllLines(directory.resolve("data-" + node + "/identity")).stream()
                    .filter(line -> line.startsWith("cluster="))
                    .findFirst()
                    .orElseThrow());
        }
        assertThat(identities).allMatch(identities.get(0)::equals);
    }

    @Test
    void shouldWaitAsOneOfThreeAndSaySo() {
        ClusterNode alone = start(1);

        assertThatThrownBy(() -> alone.awaitReady(Duration.ofSeconds(1)))
                .hasMessage("node n1: not ready after 1000 ms, no leader serves: it waits for a majority of "
                        + String.join(", ", seeds().stream().sorted().toList()));
        start(2);
        alone.awaitReady(PATIENCE);
    }

    @Test
    void shouldLeaveItsDirectoryAloneWhereItsPortForMembersIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(ports.get(0), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(0))
                    .hasMessageContaining(
                            "cannot listen for other members on 127.0.0.1:" + taken.getLocalPort() + ": ");
        }
        assertThat(directory.resolve("data-0")).doesNotExist();
    }

    @Test
    void shouldRefuseAWrongListOfSeedsInWords() throws Exception {
        startAll();
        close(nodes.get(2));
        int other = ClusterProcesses.freePorts(1).get(0);
        Path fresh = directory.resolve("fresh");
        ClusterNode wrong = start(config(2)
                .dataDir(fresh)
                .seeds("127.0.0.1:" + ports.get(0), "127.0.0.1:" + other, "127.0.0.1:" + ports.get(2)));

        await("its refusal", () -> notReady(wrong).contains("refuses this node"));
        assertThat(notReady(wrong)).contains(":" + other).contains(":" + ports.get(1));
        assertThat(runOneTask("t1")).endsWith("TASK_FINISHED");
        close(wrong);

        assertThatThrownBy(() -> start(config(2).seeds("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(2))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("at its first start its node had the seeds");
    }

    private static String notReady(ClusterNode node) {
        try {
            node.awaitReady(Duration.ofMillis(1));
            return "ready";
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void shouldRefuseAMemberThatCameBackWithoutItsDisk() throws Exception {
        startAll();
        close(nodes.get(2));
        ClusterNode wiped = start(config(2).dataDir(directory.resolve("empty")));

        await("its refusal", () -> notReady(wiped).contains("came back without its disk"));
        assertThat(runOneTask("t1")).endsWith("TASK_FINISHED");
    }

    @Test
    void shouldRefuseAMemberOfAnotherCluster() throws Exception {
        startAll();
        List<Integer> first = ports;
        List<Path> data = List.of(directory.resolve("data-2"));
        close(nodes.get(2));
        // the same member of the same members, of a cluster that was made elsewhere
        nodes.forEach(ClusterNode::close);
        nodes.clear();
        Files.move(data.get(0), directory.resolve("kept"));
        Files.move(directory.resolve("data-0"), directory.resolve("kept-0"));
        Files.move(directory.resolve("data-1"), directory.resolve("kept-1"));
        startAll();
        close(nodes.get(2));
        assertThat(ports).isEqualTo(first);

        ClusterNode stranger = start(config(2).dataDir(directory.resolve("kept")));
        await("its refusal", () -> notReady(stranger).contains("refuses this node"));
        assertThat(notReady(stranger)).contains("cluster");
    }

    @Test
    void shouldServeTwoOfThreeAndTakeTheThirdBackWithItsDirectory() throws Exception {
        startAll();
        for (int round = 0; round < 3; round++) {
            ClusterNode closed = nodes.get(0);
            String name = closed.config().name();
            close(closed);
            assertThat(runOneTask("t" + round)).endsWith("TASK_FINISHED");

            start(Integer.parseInt(name.substring(1))).awaitReady(PATIENCE);
        }
    }

    @Test
    void shouldTakeAnAgentThatIsNoMember() throws Exception {
        startAll();
        ClusterNode agent = start(ClusterConfig.builder()
                .name("agent")
                .roles(EnumSet.of(NodeRole.AGENT))
                .seeds(seeds().toArray(new String[0]))
                .attributes("kind:extra")
                .resources("cpus:4;mem:1024;disk:1024"));
        agent.awaitReady(PATIENCE);
        assertThatThrownBy(agent::masterAddress).hasMessageContaining("is no master");
        assertThat(get(leader(), "/state").body()).contains("extra");

        nodes.remove(agent);
        close(leader());
        await("its next leader", () -> get(leader(), "/state").body().contains("extra"));
        agent.close();
    }

    @Test
    void shouldTakeAnAgentToAClusterOfOneSeed() throws Exception {
        ClusterNode master = start(config(0).seeds(seeds().get(0)));
        ClusterNode agent = start(ClusterConfig.builder()
                .name("agent")
                .roles(EnumSet.of(NodeRole.AGENT))
                .seeds(seeds().get(0))
                .attributes("kind:extra")
                .resources("cpus:4;mem:1024;disk:1024"));
        agent.awaitReady(PATIENCE);

        assertThat(get(master, "/state").body()).contains("extra");
        assertThat(agent.describe())
                .contains("leader   127.0.0.1:" + master.masterAddress().getPort());
        nodes.remove(agent);
        agent.close();
    }

    // ---- failing over

    @Test
    void shouldShowNothingWhenNoMajorityHasFollowedForAnElectionTimeout() throws Exception {
        Duration timeout = Duration.ofSeconds(2);
        for (int node = 0; node < 3; node++) {
            start(config(node).electionTimeout(timeout));
        }
        nodes.forEach(node -> node.awaitReady(PATIENCE));
        ClusterNode leader = leader();
        others(leader).forEach(this::close);
        long alone = System.nanoTime();

        Duration asked = Duration.ZERO;
        Duration shown = Duration.ZERO;
        int status = 200;
        while (status == 200) {
            shown = asked;
            asked = Duration.ofNanos(System.nanoTime() - alone);
            status = get(leader, "/state").statusCode();
        }
        Duration answered = Duration.ofNanos(System.nanoTime() - alone);

        assertThat(status).isEqualTo(503);
        assertThat(shown).isLessThan(timeout);
        assertThat(answered.minus(asked)).as("it waits until it gives up").isGreaterThan(timeout.dividedBy(4));
    }

    @Test
    void shouldSendClientsToTheLeader() throws Exception {
        startAll();
        ClusterNode leader = leader();
        String address = "//127.0.0.1:" + leader.masterAddress().getPort();
        for (ClusterNode node : nodes) {
            assertThat(get(node, "/redirect").headers().firstValue("Location")).hasValue(address);
        }
        ClusterNode follower = others(leader).get(0);
        assertThat(get(follower, "/state").statusCode()).isEqualTo(307);

        close(leader);
        String next = "//127.0.0.1:" + leader().masterAddress().getPort();
        for (ClusterNode node : nodes) {
            await(
                    "the next leader",
                    () -> get(node, "/redirect")
                            .headers()
                            .firstValue("Location")
                            .equals(Optional.of(next)));
        }
    }

    @Test
    void shouldSubscribeAFrameworkAgainAtTheNextLeader() throws Exception {
        startAll();
        Subscriptions framework = new Subscriptions();
        try (FrameworkDriver driver = FrameworkDriver.start(framework, FrameworkConfig.named("f"), masters())) {
            await("the subscription", () -> framework.ids.size() == 1);
            assertThat(driver.frameworkId()).isPresent();
            close(leader());
            await("the next one", () -> framework.ids.size() == 2);

            assertThat(framework.ids).allMatch(framework.ids.get(0)::equals);
            await("offers", () -> framework.offers.get() > 0);
        }
    }

    private static final class Subscriptions implements Framework {
        final List<FrameworkId> ids = new CopyOnWriteArrayList<>();
        final AtomicInteger offers = new AtomicInteger();

        @Override
        public void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
            ids.add(id);
            offers.set(0);
        }

        @Override
        public void onOffers(SchedulerDriver driver, List<Offer> offered) {
            offers.addAndGet(offered.size());
            driver.decline(offered, Filters.refuse(Duration.ofSeconds(1)));
        }
    }

    /** Runs one task and leaves. */
    private static final class OneTask implements Framework {
        final List<String> told = new CopyOnWriteArrayList<>();
        private final String id;
        private boolean launched;

        OneTask(String id) {
            this.id = id;
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
                            TaskInfo.builder(id)
                                    .shell("exit 0")
                                    .cpus(0.1)
                                    .mem(16)
                                    .build());
                }
            }
        }

        @Override
        public void onUpdate(SchedulerDriver driver, TaskStatus status) {
            told.add(status.state().toString());
            if (status.state().isTerminal()) {
                driver.teardown();
            }
        }
    }
}
