package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Remembers what a log said. Any thread may look. */
class RecordingListener implements LogListener {
    private final List<String> calls = new ArrayList<>();
    private final List<Long> elections = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<byte[]> committed = new ArrayList<>();
    private final List<Long> indexes = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean hasRoom = true;
    private byte[] state = new byte[0];
    private long servingTerm;
    private @Nullable Throwable cause;

    private final Consumer<String> deed;

    RecordingListener() {
        this(call -> {});
    }

    /** Does something at each call, before it is remembered; such as to fail, or to block. */
    RecordingListener(Consumer<String> deed) {
        this.deed = deed;
    }

    @Override
    public void onSnapshot(InstalledSnapshot snapshot) {
        deed.accept("snapshot " + snapshot.index());
        try (snapshot;
                InputStream in = snapshot.open()) {
            byte[] read = in.readAllBytes();
            synchronized (this) {
                calls.add("snapshot " + snapshot.index());
                state = read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onCommitted(CommittedEntry entry) {
        deed.accept("committed " + entry.index());
        synchronized (this) {
            calls.add("committed " + entry.index());
            indexes.add(entry.index());
            committed.add(entry.bytes());
            times.add(entry.leaderTimeMs());
        }
    }

    @Override
    public synchronized void onSnapshotWanted() {
        calls.add("wanted");
    }

    @Override
    public boolean hasRoom() {
        return hasRoom;
    }

    /** From now on it has room for entries, or has none. */
    void hasRoom(boolean room) {
        hasRoom = room;
    }

    @Override
    public void onElected(long term) {
        deed.accept("elected " + term);
        synchronized (this) {
            elections.add(term);
        }
    }

    @Override
    public void onServing(long term) {
        deed.accept("serving " + term);
        synchronized (this) {
            calls.add("serving " + term);
            servingTerm = term;
        }
    }

    @Override
    public void onLost(long term) {
        deed.accept("lost " + term);
        synchronized (this) {
            calls.add("lost " + term);
            servingTerm = 0;
        }
    }

    @Override
    public void onRefused(String byMember, String reason) {
        deed.accept("refused by " + byMember);
        synchronized (this) {
            refusals.add(byMember + ": " + reason);
        }
    }

    @Override
    public void onStopped(@Nullable Throwable cause) {
        deed.accept("stopped");
        synchronized (this) {
            calls.add("stopped" + (cause == null ? "" : " " + cause.getMessage()));
            this.cause = cause;
        }
        stopped.countDown();
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** Returns what was in the last snapshot. */
    synchronized byte[] state() {
        return state.clone();
    }

    /** Returns the terms for which the member was elected. */
    synchronized List<Long> elections() {
        return List.copyOf(elections);
    }

    /** Returns who refused the member, and why. */
    synchronized List<String> refusals() {
        return List.copyOf(refusals);
    }

    synchronized List<byte[]> committed() {
        return List.copyOf(committed);
    }

    synchronized List<Long> indexes() {
        return List.copyOf(indexes);
    }

    /** Returns the leader times of the entries. */
    synchronized List<Long> times() {
        return List.copyOf(times);
    }

    synchronized int count() {
        return committed.size();
    }

    synchronized long servingTerm() {
        return servingTerm;
    }

    long awaitServing() {
        await(() -> servingTerm() != 0 || stopped.getCount() == 0);
        assertThat(servingTerm()).as("served; calls were %s", calls()).isPositive();
        return servingTerm();
    }

    void awaitCount(int count) {
        await(() -> count() >= count);
    }

    synchronized @Nullable Throwable cause() {
        return cause;
    }

    @Nullable
    Throwable awaitStopped() throws InterruptedException {
        assertThat(stopped.await(10, TimeUnit.SECONDS)).as("stopped").isTrue();
        return cause();
    }

    static void await(BooleanSupplier condition) {
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .atMost(20, TimeUnit.SECONDS)
                .until(condition::getAsBoolean);
    }
}
