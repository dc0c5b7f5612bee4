package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.LeaderLocator;
import dev.polder.raft.LeaderSearch;
import dev.polder.raft.LocatedLeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Members 1 and on, each a process on a host of its own in a {@link HostNetwork}; clients are on host 0. One thread. */
final class VictimCluster implements AutoCloseable {
    private static final int PORT = 7_400;
    private static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(1);
    private static final int LEADER_SECONDS_MAX = 60;

    private final HostNetwork network;
    private final Path directory;
    private final List<String> members;
    private final Map<Integer, Process> running = new TreeMap<>();
    private final LeaderLocator locator = LeaderLocator.start("chaos");

    private VictimCluster(HostNetwork network, Path directory, int size) {
        this.network = network;
        this.directory = directory;
        members = IntStream.rangeClosed(1, size)
                .mapToObj(member -> network.address(member) + ":" + PORT)
                .toList();
    }

    static VictimCluster start(int size, Path directory) throws IOException {
        VictimCluster cluster = new VictimCluster(HostNetwork.open(size), directory, size);
        try {
            for (int member = 1; member <= size; member++) {
                cluster.start(member);
            }
            cluster.awaitLeader();
            return cluster;
        } catch (IOException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    HostNetwork network() {
        return network;
    }

    int size() {
        return members.size();
    }

    List<String> addresses() {
        return members;
    }

    /** Returns the addresses of all members but one. */
    List<String> addressesWithout(int member) {
        List<String> others = new ArrayList<>(members);
        others.remove(member - 1);
        return others;
    }

    void start(int member) throws IOException {
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RecipeVictim.class.getName(),
                directory.resolve("member-" + member).toString(),
                members.get(member - 1),
                String.join(",", members));
        Process started = new ProcessBuilder(network.on(member, java))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(member).toFile()))
                .start();
        running.put(member, started);
    }

    private Path log(int member) {
        return directory.resolve("member-" + member + ".log");
    }

    boolean isRunning(int member) {
        return running.containsKey(member);
    }

    /** Fails if a member ended that was not killed: with the end of what it said. */
    void checkRunning() throws IOException {
        for (Map.Entry<Integer, Process> member : running.entrySet()) {
            assertThat(member.getValue().isAlive())
                    .as(() -> "member " + member.getKey() + " runs; it said " + lastWords(member.getKey()))
                    .isTrue();
        }
    }

    private String lastWords(int member) {
        try {
            List<String> lines = Files.readAllLines(log(member));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill(int member) throws InterruptedException {
        Process victim = running.remove(member);
        if (victim != null) {
            victim.destroyForcibly();
            assertThat(victim.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Stops all threads of a member, where they are. */
    void pause(int member) throws IOException {
        signal(member, "STOP");
    }

    void resume(int member) throws IOException {
        signal(member, "CONT");
    }

    private void signal(int member, String signal) throws IOException {
        Process victim = running.get(member);
        if (victim != null) {
            HostCommand.run("sh", "-c", "kill -" + signal + " " + victim.pid());
        }
    }

    /** Nothing goes between a member and the others; clients still reach it. */
    void isolate(int member) throws IOException {
        for (int other = 1; other <= size(); other++) {
            if (other != member) {
                network.cutBoth(member, other);
            }
        }
    }

    /** Returns the number of the member that these take for the leader, 0 if they do not agree on one. */
    int leader(List<String> asked) {
        LeaderSearch found = locator.find(asked, SEARCH_TIMEOUT).join();
        return found.leader()
                .map(LocatedLeader::memberId)
                .map(id -> members.indexOf(id) + 1)
                .orElse(0);
    }

    int awaitLeader() {
        return await(members, 0);
    }

    /** Waits until the others agree on a leader that is not this one. */
    int awaitLeaderOtherThan(int member) {
        return await(addressesWithout(member), member);
    }

    private int await(List<String> asked, int butNot) {
        return Awaitility.await()
                .pollInSameThread()
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(5, TimeUnit.MILLISECONDS)
                .atMost(LEADER_SECONDS_MAX, TimeUnit.SECONDS)
                .until(() -> leader(asked), leader -> leader != 0 && leader != butNot);
    }

    /** Returns how many snapshots lie on all disks. */
    long snapshots() throws IOException {
        try (Stream<Path> files = Files.walk(directory, 2)) {
            return files.filter(file -> file.toString().endsWith(".snap")).count();
        }
    }

    @Override
    public void close() throws IOException {
        locator.close();
        running.values().forEach(Process::destroyForcibly);
        running.clear();
        network.close();
    }
}
