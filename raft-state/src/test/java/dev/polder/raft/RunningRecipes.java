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
    private final List<String> later;
    private final Path directory;
    private RaftSecurity security = RaftSecurity.none();
    private final Map<String, RecipeHost> running = new TreeMap<>();

    private RunningRecipes(List<String> members, List<String> later, Path directory) {
        this.members = members;
        this.later = later;
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
        return of(size, 0, directory);
    }

    /** Some that begin, none of them started, and addresses of some that may come later. */
    static RunningRecipes of(int size, int more, Path directory) throws IOException {
        try (FreePorts ports = FreePorts.hold(size + more)) {
            List<String> all = ports.addresses();
            return new RunningRecipes(all.subList(0, size), all.subList(size, size + more), directory);
        }
    }

    /** One member, started, that is called by one address and listens on another: what lies between is the way to it. */
    static RunningRecipes behind(String address, String listens, Path directory) throws IOException {
        RunningRecipes group = new RunningRecipes(List.of(address), List.of(), directory);
        RecipeHost unused = group.start(address, group.peers(address, listens));
        return group;
    }

    RecipeHost start(String member) throws IOException {
        return start(member, peers(member));
    }

    /** Starts one of those that come later, and makes it a member. */
    void join(String member) throws IOException {
        RecipeHost unused = start(member, peers(member).toJoin());
        change(new MemberChange.Add(member, ""));
    }

    void remove(String member) {
        change(new MemberChange.Remove(member));
        stop(member);
    }

    /** Asks whoever leads, until it is done. */
    private void change(MemberChange change) {
        RecordingListener.await(() -> host(awaitServing()).change(change).join() instanceof ChangeOutcome.Done);
    }

    private RaftPeers peers(String member) {
        return peers(member, member);
    }

    private RaftPeers peers(String member, String listens) {
        return new RaftPeers(
                members,
                FreePorts.loopback(MemberAddress.of(listens).port()),
                "incarnation of " + member,
                "",
                "",
                security);
    }

    private RecipeHost start(String member, RaftPeers peers) throws IOException {
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

    List<String> later() {
        return later;
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
