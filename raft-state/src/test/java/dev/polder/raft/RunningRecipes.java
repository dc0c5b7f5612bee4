package dev.polder.raft;

import dev.polder.raft.recipe.RecipeHost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Members whose log is for the recipes, in one JVM, with real sockets between them. */
final class RunningRecipes implements AutoCloseable {
    private final List<String> members;
    private final Path directory;
    private RaftSecurity security = RaftSecurity.none();
    private final Map<String, RecipeHost> running = new TreeMap<>();

    private RunningRecipes(List<String> members, Path directory) {
        this.members = members;
        this.directory = directory;
    }

    static RunningRecipes start(int size, Path directory) throws IOException {
        return start(size, directory, RaftSecurity.none());
    }

    static RunningRecipes start(int size, Path directory, RaftSecurity security) throws IOException {
        RunningRecipes group = of(size, directory);
        group.security = security;
        try {
            for (String member : group.members) {
                group.start(member);
            }
            return group;
        } catch (IOException | RuntimeException | Error e) {
            group.close();
            throw e;
        }
    }

    static RunningRecipes of(int size, Path directory) throws IOException {
        try (FreePorts ports = FreePorts.hold(size)) {
            return new RunningRecipes(ports.addresses(), directory);
        }
    }

    RecipeHost start(String member) throws IOException {
        RaftPeers peers = new RaftPeers(
                members,
                FreePorts.loopback(MemberAddress.of(member).port()),
                "incarnation of " + member,
                "",
                "",
                security);
        RecipeHost host = RecipeHost.start(new RaftConfig(
                member,
                directoryOf(member),
                "test-" + member,
                Duration.ofMillis(500),
                RunningGroup.HEARTBEAT,
                Members.PROPOSAL_BYTES_MAX,
                peers));
        running.put(member, host);
        return host;
    }

    Path directoryOf(String member) {
        return directory.resolve(member.replace(':', '-'));
    }

    List<String> members() {
        return members;
    }

    /** Waits until a member serves; returns its name. */
    String awaitServing() {
        RecordingListener.await(() -> running.values().stream().anyMatch(RecipeHost::isServing));
        return running.entrySet().stream()
                .filter(member -> member.getValue().isServing())
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    RecipeHost host(String member) {
        return running.get(member);
    }

    void stop(String member) {
        running.remove(member).close();
    }

    @Override
    public void close() {
        running.values().forEach(RecipeHost::close);
        running.clear();
    }
}
