package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Three members of a group on loopback, each in a JVM of its own with a directory of its own; or fewer of them. */
final class RaftGroup implements AutoCloseable {
    static final int MEMBERS = 3;
    /** As much as ZooKeeper's own start script gives a server. */
    static final List<String> FLAGS = List.of("-Xmx1000m");

    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_MS = 5;

    private final Path directory;
    private final List<String> addresses;
    /** By number; empty is one that is not there. */
    private final List<Optional<MemberJvm>> members = new ArrayList<>();

    private RaftGroup(Path directory, List<String> addresses) {
        this.directory = directory;
        this.addresses = addresses;
        for (int i = 0; i < MEMBERS; i++) {
            members.add(Optional.empty());
        }
    }

    /** Makes a group of which nobody is there yet. */
    static RaftGroup below(Path directory) throws IOException {
        return new RaftGroup(
                directory,
                FreePorts.take(MEMBERS).stream()
                        .map(port -> "127.0.0.1:" + port)
                        .toList());
    }

    void startAll(MemberTask task) throws IOException {
        for (int i = 0; i < MEMBERS; i++) {
            start(i, task, FLAGS);
        }
    }

    /** Starts a member that is not there. */
    MemberJvm start(int number, MemberTask task, List<String> flags) throws IOException {
        Path own = Files.createDirectories(directory.resolve("member-" + number));
        MemberJvm member = MemberJvm.start(own, addresses.get(number), addresses, task, flags);
        members.set(number, Optional.of(member));
        return member;
    }

    int numberOf(MemberJvm member) {
        return members.indexOf(Optional.of(member));
    }

    /** Returns where the members are. */
    List<String> addresses() {
        return addresses;
    }

    List<MemberJvm> members() {
        return members.stream().flatMap(Optional::stream).toList();
    }

    /** Returns the one that serves the highest term, once one does. */
    MemberJvm awaitLeader() throws IOException, InterruptedException {
        return await(
                "nobody leads",
                () -> members().stream()
                        .filter(member -> member.servingTerm() != 0)
                        .max(Comparator.comparingLong(MemberJvm::servingTerm)));
    }

    /** Returns the one that serves the highest term and has had a write acknowledged in it, once one has. */
    MemberJvm awaitWritingLeader() throws IOException, InterruptedException {
        return await(
                "no leader writes",
                () -> members().stream()
                        .filter(member -> member.servingTerm() != 0)
                        .max(Comparator.comparingLong(MemberJvm::servingTerm))
                        .filter(member -> member.firstWrite().term() == member.servingTerm()));
    }

    /** Returns the one whose write was the first to be acknowledged in a later term than that, once there is one. */
    MemberJvm awaitFirstWriteAfter(long term) throws IOException, InterruptedException {
        return await(
                "no write after term " + term,
                () -> members().stream()
                        .filter(member -> member.firstWrite().term() > term)
                        .findFirst());
    }

    /** Waits until all that are there have come to their {@code main}. Returns when the last one did. */
    long awaitLastMain() throws IOException, InterruptedException {
        return await("no main", () -> {
            List<Long> mains =
                    members().stream().map(MemberJvm::mainAtNanos).sorted().toList();
            return mains.get(0) == 0 ? Optional.empty() : Optional.of(mains.get(mains.size() - 1));
        });
    }

    /** Waits until all that are there know the leader of a term. */
    void awaitFollowers(long term) throws IOException, InterruptedException {
        for (MemberJvm member : members()) {
            long giveUp = System.nanoTime() + LEADER_PATIENCE.toNanos();
            while (Long.parseLong(member.ask("followed", LEADER_PATIENCE)) < term) {
                if (System.nanoTime() > giveUp) {
                    throw new IOException("a member does not follow" + lastWords());
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
        }
    }

    private <T> T await(String failure, Supplier<Optional<T>> condition) throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + LEADER_PATIENCE.toNanos();
        while (System.nanoTime() < giveUp) {
            Optional<T> value = condition.get();
            if (value.isPresent()) {
                return value.get();
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        throw new IOException(failure + " for " + LEADER_PATIENCE.toSeconds() + " s" + lastWords());
    }

    /** Returns what the members wrote last to their standard error. */
    String lastWords() {
        return members().stream().map(member -> member.jvm().lastWords()).collect(Collectors.joining());
    }

    /** Ends one that is there, and waits until it is gone. */
    void endOne(int number) {
        members.get(number).orElseThrow().close();
        members.set(number, Optional.empty());
    }

    /** Ends all that are there, and waits until they are gone. */
    void end() {
        members().forEach(member -> member.jvm().tellToEnd());
        members().forEach(MemberJvm::close);
        members.replaceAll(member -> Optional.empty());
    }

    @Override
    public void close() {
        end();
    }
}
