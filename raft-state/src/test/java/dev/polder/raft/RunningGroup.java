package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Several members in one JVM, with real sockets between them. */
final class RunningGroup implements AutoCloseable {
    static final Duration HEARTBEAT = Duration.ofMillis(75);

    private final List<String> members;
    private final Path directory;
    private final Duration electionTimeout;
    private RaftSecurity security = RaftSecurity.none();
    private final Map<String, Member> running = new ConcurrentSkipListMap<>();

    /** One of them. */
    record Member(String id, ReplicatedLog log, RecordingListener listener) {}

    private RunningGroup(List<String> members, Path directory, Duration electionTimeout) {
        this.members = members;
        this.directory = directory;
        this.electionTimeout = electionTimeout;
    }

    static RunningGroup of(int size, Path directory, Duration electionTimeout) throws IOException {
        try (FreePorts ports = FreePorts.hold(size)) {
            return new RunningGroup(ports.addresses(), directory, electionTimeout);
        }
    }

    /** Starts a group whose members know each other so, and waits as below. */
    static RunningGroup start(int size, Path directory, Duration electionTimeout, RaftSecurity security)
            throws IOException {
        RunningGroup group = of(size, directory, electionTimeout);
        group.security = security;
        return group.begin();
    }

    /** Starts a group and waits until its first elections are over: a leader may be deposed by one that stood with it. */
    static RunningGroup start(int size, Path directory, Duration electionTimeout) throws IOException {
        return of(size, directory, electionTimeout).begin();
    }

    private RunningGroup begin() throws IOException {
        try {
            for (String member : members) {
                start(member);
            }
            awaitCalm();
            return this;
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    List<String> members() {
        return members;
    }

    Path directoryOf(String member) {
        return directory.resolve(member.replace(':', '-'));
    }

    RaftPeers peers(String member) {
        return peers(member, security);
    }

    RaftPeers peers(String member, RaftSecurity known) {
        return new RaftPeers(
                members,
                FreePorts.loopback(MemberAddress.of(member).port()),
                "incarnation of " + member,
                "",
                "metadata of " + member,
                known);
    }

    RaftConfig config(String member, RaftPeers peers) {
        return new RaftConfig(
                member,
                directoryOf(member),
                "test-" + member,
                electionTimeout,
                HEARTBEAT,
                Members.PROPOSAL_BYTES_MAX,
                peers);
    }

    Member start(String member) throws IOException {
        return start(member, peers(member));
    }

    Member start(String member, RaftPeers peers) throws IOException {
        return start(member, peers, Seams.host(directoryOf(member)));
    }

    Member start(String member, Seams seams) throws IOException {
        return start(member, peers(member), seams);
    }

    Member start(String member, RaftPeers peers, Seams seams) throws IOException {
        RecordingListener listener = new RecordingListener();
        Member started = new Member(member, ReplicatedLog.start(config(member, peers), listener, seams), listener);
        running.put(member, started);
        return started;
    }

    Member member(String id) {
        Member member = running.get(id);
        assertThat(member).as("member %s runs", id).isNotNull();
        return member;
    }

    List<Member> running() {
        return List.copyOf(running.values());
    }

    void stop(String id) {
        member(id).log().close();
        running.remove(id);
    }

    /** Ends a member whose peers learn it by their connections. */
    void kill(String id) {
        member(id).log().die();
        running.remove(id);
    }

    Member awaitLeader() {
        List<Member> serving = new ArrayList<>();
        RecordingListener.await(() -> {
            serving.clear();
            running().stream()
                    .filter(member -> member.listener().servingTerm() != 0)
                    .forEach(serving::add);
            return !serving.isEmpty();
        });
        return serving.get(0);
    }

    /** Proposes by the leader and waits until all that run have it. */
    void commit(String... entries) {
        Member leader = awaitLeader();
        int before = leader.listener().count();
        for (String entry : entries) {
            assertThat(leader.log().propose(leader.listener().servingTerm(), Members.bytes(entry)))
                    .isEqualTo(ReplicatedLog.Proposed.ACCEPTED);
        }
        awaitCount(before + entries.length);
    }

    void awaitCount(int count) {
        running().forEach(member -> member.listener().awaitCount(count));
    }

    /** Waits until all that run agree on a leader, and are connected to all others. */
    void awaitCalm() {
        Member leader = awaitLeader();
        int connections = 2 * (running.size() - 1);
        RecordingListener.await(() -> running().stream()
                .allMatch(member ->
                        member.log().leader().map(LogLeader::memberId).equals(java.util.Optional.of(leader.id()))
                                && member.log().network().connections() == connections));
    }

    @Override
    public void close() {
        running().forEach(member -> member.log().close());
        running.clear();
    }
}
