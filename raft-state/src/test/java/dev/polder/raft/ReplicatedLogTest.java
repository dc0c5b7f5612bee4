package dev.polder.raft;

import static dev.polder.raft.Members.bytes;
import static dev.polder.raft.Members.config;
import static dev.polder.raft.Members.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.ReplicatedLog.Proposed;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedLogTest {
    @TempDir
    Path directory;

    /** So that there are no entries of time between the proposed ones. */
    private Seams timeless() throws IOException {
        Seams host = Seams.host(directory);
        return new Seams(host.disk(), host.rules(), host.limits(), new ManualTime(), host.random(), host.background());
    }

    @Test
    void shouldNeedNoJvmFlags() {
        assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments())
                .noneMatch(argument -> argument.startsWith("--") || argument.startsWith("-XX"));
    }

    @Test
    void shouldCommitWhatIsProposedAndHandItOutAgainAfterARestart() throws Exception {
        RunningLog first = RunningLog.start(directory, timeless());
        first.commit(bytes("a"));
        first.commit(bytes(""));
        first.close();
        assertThat(first.listener().calls())
                .containsExactly("serving 1", "committed 2", "committed 3", "lost 1", "stopped");

        RunningLog second = RunningLog.start(directory);
        second.awaitServing();
        second.close();
        assertThat(second.listener().calls())
                .containsExactly("committed 2", "committed 3", "serving 2", "lost 2", "stopped");
        assertThat(texts(second.listener().committed())).containsExactly("a", "");
    }

    @Test
    void shouldReplayALogThatIsLargerThanItsTail() throws Exception {
        Random random = new Random(7);
        List<Integer> hashes = new ArrayList<>();
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            while (running.log().diskBytes() < 20 << 20) {
                byte[] entry = new byte[random.nextInt(100_000)];
                random.nextBytes(entry);
                hashes.add(ByteBuffer.wrap(entry).hashCode());
                running.commit(entry);
            }
        }

        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            assertThat(running.listener().committed().stream()
                            .map(entry -> ByteBuffer.wrap(entry).hashCode()))
                    .isEqualTo(hashes);
        }
    }

    /** Whoever has read from what was lent, or keeps it, has what was proposed all the same. */
    @Test
    void shouldGiveOutToKeepWhatItLent() throws Exception {
        try (RunningLog running = RunningLog.start(directory)) {
            for (int i = 0; i < 300; i++) {
                running.commit(bytes("entry " + i));
            }
        }
        List<CommittedEntry> kept = Collections.synchronizedList(new ArrayList<>());
        RecordingListener listener = new RecordingListener() {
            @Override
            public void onCommitted(CommittedEntry entry) {
                assertThat(entry.length()).isEqualTo(entry.view().remaining());
                entry.view().get(new byte[entry.length()]);
                super.onCommitted(entry);
                kept.add(entry.kept());
            }
        };
        try (ReplicatedLog log = ReplicatedLog.start(config(directory), listener)) {
            listener.awaitCount(300);
            assertThat(log.status().lastIndex()).isGreaterThan(300);
        }

        for (int i = 0; i < 300; i++) {
            assertThat(listener.committed().get(i)).isEqualTo(bytes("entry " + i));
            assertThat(kept.get(i).bytes()).isEqualTo(bytes("entry " + i));
        }
    }

    @Test
    void shouldKeepEachThreadsOrderAndLoseNothing() throws Exception {
        int threads = 4;
        int each = 2_000;
        try (RunningLog running = RunningLog.start(directory)) {
            long term = running.awaitServing();
            List<Thread> proposers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                proposers.add(new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        byte[] entry =
                                ByteBuffer.allocate(8).putInt(thread).putInt(i).array();
                        while (running.log().propose(term, entry) != Proposed.ACCEPTED) {
                            Thread.onSpinWait();
                        }
                    }
                }));
            }
            proposers.forEach(Thread::start);
            for (Thread proposer : proposers) {
                proposer.join();
            }
            running.listener().awaitCount(threads * each);

            int[] next = new int[threads];
            for (byte[] entry : running.listener().committed()) {
                ByteBuffer buffer = ByteBuffer.wrap(entry);
                int thread = buffer.getInt();
                assertThat(buffer.getInt()).isEqualTo(next[thread]++);
            }
            assertThat(running.listener().indexes()).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldAcceptOnlyWhatItCanCommit() throws Exception {
        RunningLog running = RunningLog.start(directory);
        long term = running.awaitServing();

        assertThat(running.log().propose(term + 1, bytes("a"))).isEqualTo(Proposed.NOT_LEADER);
        assertThat(running.log().propose(0, bytes("a"))).isEqualTo(Proposed.NOT_LEADER);
        assertThatThrownBy(() -> running.log().propose(term, new byte[ReplicatedLog.ENTRY_BYTES_MAX + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the proposed entry has 1048577 bytes, ENTRY_BYTES_MAX is 1048576");
        assertThatThrownBy(() -> running.log().propose(term, null)).hasMessage("entry");
        running.commit(new byte[ReplicatedLog.ENTRY_BYTES_MAX]);
        running.close();
        assertThat(running.log().propose(term, bytes("a"))).isEqualTo(Proposed.NOT_LEADER);
        assertThat(running.log().propose(0, bytes("a"))).isEqualTo(Proposed.NOT_LEADER);
    }

    @Test
    void shouldSayFullUntilEntriesAreCommitted() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener listener = new RecordingListener(call -> {
            if (call.startsWith("committed")) {
                blocked.countDown();
                await(release);
            }
        });
        try (ReplicatedLog log = ReplicatedLog.start(config(directory), listener)) {
            long term = listener.awaitServing();
            int accepted = 1;
            log.propose(term, new byte[1000]);
            blocked.await();
            while (log.propose(term, new byte[1000]) == Proposed.ACCEPTED) {
                accepted++;
            }
            assertThat(accepted).isEqualTo((int) (Members.PROPOSAL_BYTES_MAX / 1064));
            assertThat(log.proposalBytes()).isEqualTo(accepted * 1064L);
            assertThat(log.proposalsRefused()).isEqualTo(1);

            release.countDown();
            listener.awaitCount(accepted);
            RecordingListener.await(() -> log.propose(term, new byte[1000]) == Proposed.ACCEPTED);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Test
    void shouldLeaveNoThreadFileOrHandleBehind() throws Exception {
        RunningLog.start(directory).close();
        Set<Thread> before = threads();
        for (int i = 0; i < 10; i++) {
            RunningLog running = RunningLog.start(directory);
            running.commit(bytes("entry"));
            running.close();
            running.close();
            assertThat(threads()).isEqualTo(before);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> directory.relativize(file).toString()))
                    .containsExactlyInAnyOrder("lock", "term", "forced", "facts-00000000000000000001.log");
        }
        assertThat(openFiles()).isEmpty();
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    private List<String> openFiles() throws IOException {
        List<String> open = new ArrayList<>();
        Path descriptors = Path.of("/proc/self/fd");
        if (Files.isDirectory(descriptors)) {
            try (Stream<Path> links = Files.list(descriptors)) {
                for (Path link : links.toList()) {
                    String target = target(link);
                    if (target.startsWith(directory.toRealPath().toString())) {
                        open.add(target);
                    }
                }
            }
        }
        return open;
    }

    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException e) {
            return "closed meanwhile";
        }
    }

    @Test
    void shouldRunOneDaemonThreadNamedAfterTheNode() throws Exception {
        Set<Thread> before = threads();
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            assertThat(added(before)).as("and none of Atomix's own").containsExactly("test-raft");
            assertThat(threads()).filteredOn(thread -> !before.contains(thread)).allMatch(Thread::isDaemon);
        }
    }

    private static Set<String> added(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .collect(Collectors.toSet());
    }

    @Test
    void shouldRunSideBySide() throws Exception {
        try (RunningLog one = RunningLog.start(directory.resolve("one"));
                RunningLog two = RunningLog.start(directory.resolve("two"))) {
            one.commit(bytes("1"));
            two.commit(bytes("2"));
            one.commit(bytes("3"));
            assertThat(texts(one.listener().committed())).containsExactly("1", "3");
            assertThat(texts(two.listener().committed())).containsExactly("2");
        }
    }

    @Test
    void shouldCloseWhenTheListenerAsksForIt() throws Exception {
        CompletableFuture<ReplicatedLog> started = new CompletableFuture<>();
        RecordingListener listener = new RecordingListener(call -> {
            if (call.startsWith("committed")) {
                started.join().close();
            }
        });
        ReplicatedLog log = ReplicatedLog.start(config(directory), listener, timeless());
        started.complete(log);
        long term = listener.awaitServing();
        log.propose(term, bytes("a"));
        log.propose(term, bytes("b"));

        assertThat(listener.awaitStopped()).isNull();
        log.close();
        assertThat(listener.calls()).containsExactly("serving 1", "committed 2", "lost 1", "stopped");
    }

    @Test
    void shouldCloseInTheMiddleOfAReplay() throws Exception {
        try (RunningLog running = RunningLog.start(directory, timeless())) {
            for (int i = 0; i < 100; i++) {
                running.commit(bytes("entry " + i));
            }
        }
        CountDownLatch replaying = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        RecordingListener listener = new RecordingListener(call -> {
            if (call.startsWith("committed")) {
                replaying.countDown();
                await(closing);
            }
        });
        ReplicatedLog log = ReplicatedLog.start(config(directory), listener);
        replaying.await();
        Thread closer = new Thread(log::close);
        closer.start();
        RecordingListener.await(() -> closer.getState() == Thread.State.TIMED_WAITING);
        closing.countDown();
        closer.join();

        assertThat(listener.calls()).containsExactly("committed 2", "stopped");
    }

    @Test
    @Tag("slow")
    void shouldInterruptAListenerThatDoesNotComeBack() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        RecordingListener listener = new RecordingListener(call -> {
            if (call.startsWith("serving")) {
                called.countDown();
                await(never);
            }
        });
        ReplicatedLog log = ReplicatedLog.start(config(directory), listener);
        called.await();
        long start = System.nanoTime();
        log.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(listener.awaitStopped()).hasMessage("interrupted");
        assertThat(openFiles()).isEmpty();
    }

    @Test
    void shouldRefuseADirectoryThatIsNone() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");

        assertThatThrownBy(() -> RunningLog.start(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + " is not a directory");
    }

    @Test
    void shouldCreateItsDirectoryForItsOwnerAlone() throws Exception {
        Path deep = directory.resolve("a/b");
        RunningLog.start(deep).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
                .isEqualTo("rwx------");
    }

    @Test
    void shouldRefuseTheDirectoryOfAnotherMember() throws Exception {
        RunningLog.start(directory).close();

        assertThatThrownBy(() -> ReplicatedLog.start(
                        new RaftConfig(
                                "m2",
                                directory,
                                "test",
                                Duration.ofMillis(500),
                                Duration.ofMillis(75),
                                1000,
                                RaftPeers.NONE),
                        new RecordingListener()))
                .hasMessageContaining("term file " + directory.resolve("term"))
                .hasMessageContaining("belongs to member m1, but the configuration says m2");
    }

    @Test
    void shouldRefuseALogWithoutItsTerm() throws Exception {
        RunningLog first = RunningLog.start(directory);
        first.awaitServing();
        first.close();
        byte[] old = Files.readAllBytes(directory.resolve("term"));
        Files.delete(directory.resolve("term"));
        assertThatThrownBy(() -> RunningLog.start(directory)).hasMessageContaining("is missing, but there is a log");

        Files.write(directory.resolve("term"), old);
        RunningLog second = RunningLog.start(directory);
        second.awaitServing();
        second.close();
        Files.write(directory.resolve("term"), old);
        assertThatThrownBy(() -> RunningLog.start(directory))
                .hasMessageContaining("but the log has an entry of term 2");
    }

    @Test
    void shouldRefuseALogThatLostItsEndSinceItWasClosed() throws Exception {
        try (RunningLog running = RunningLog.start(directory, timeless())) {
            running.commit(bytes("a"));
            running.commit(bytes("b"));
        }
        Path file = directory.resolve("facts-00000000000000000001.log");
        byte[] bytes = Files.readAllBytes(file);
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        bytes[last] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> RunningLog.start(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("log file " + file)
                .hasMessageContaining("the log ends with entry 2, but entries up to 3 were committed");
        assertThat(Files.readAllBytes(file))
                .as("what a repair would begin with")
                .isEqualTo(bytes);
        assertThat(openFiles()).isEmpty();
    }

    @Test
    void shouldRefuseNewMembersWhereItListensNowhere() throws Exception {
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            ReplicatedLog log = running.log();

            assertThat(log.change(new MemberChange.Add("m2:1", "")).join())
                    .isEqualTo(new ChangeOutcome.Refused("m2:1: this member listens nowhere, so its group is of one"));
        }
    }
}
