package dev.polder.raft.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a history: asks once whether Chronicle Map can run, and takes what the last process has left if it can be trusted.
 * A file of a clean end is opened as it is, if its checksum is right. After a sudden end it is recovered, once; where that
 * end came after a recovery, or the recovery fails, or anything else is wrong, it is thrown away: its owner puts all that
 * it needs again, so that nothing is lost but time.
 */
final class HistoryOpening {
    static final String RECORDS_FILE = "records.map";
    static final String MARK_FILE = "mark";

    private static final Logger LOG = LoggerFactory.getLogger(HistoryOpening.class);
    private static final int CHECKED_AT_ONCE = 1 << 18;

    private final Path records;
    private final StoreMark mark;
    private final HistoryLimits limits;
    private final String nodeName;

    private HistoryOpening(Path directory, HistoryLimits limits, String nodeName) {
        records = directory.resolve(RECORDS_FILE);
        mark = new StoreMark(directory.resolve(MARK_FILE), limits);
        this.limits = limits;
        this.nodeName = nodeName;
    }

    static History open(Path directory, HistoryLimits limits, String nodeName) {
        try {
            Optional<String> obstacle = ChronicleProbe.obstacle();
            if (obstacle.isPresent()) {
                return inHeap(limits, nodeName, obstacle.get());
            }
            Files.createDirectories(directory);
            return new HistoryOpening(directory, limits, nodeName).open();
        } catch (
                Throwable failure) { // Errors of Chronicle included: whatever is wrong here keeps no node from its work
            return inHeap(limits, nodeName, failure.toString());
        }
    }

    static History inHeap(HistoryLimits limits, String nodeName, String reason) {
        LOG.info("node={} event=history_store kind=heap reason=\"{}\"", nodeName, reason);
        return new BoundedHistory(limits, null);
    }

    private History open() throws IOException {
        Optional<StoreMark.Read> left = mark.read();
        String beginning = "first start";
        if (Files.exists(records)) {
            try {
                Optional<String> problem = problemOf(left);
                if (problem.isEmpty()) {
                    return reopen(left.orElseThrow().state());
                }
                beginning = problem.get();
            } catch (Throwable failure) {
                beginning = "cannot be opened: " + failure;
            }
        }
        return begin(beginning);
    }

    /** Returns why the file of records is of no use. */
    private Optional<String> problemOf(Optional<StoreMark.Read> left) throws IOException {
        if (left.isEmpty()) {
            return Optional.of("no mark, of another format or of another size");
        }
        return switch (left.get().state()) {
            case NEW -> Optional.of("killed while it was begun");
            case RECOVERED -> Optional.of("killed after a recovery");
            case CLEAN ->
                checksum(records) == left.get().checksum()
                        ? Optional.empty()
                        : Optional.of("closed cleanly, changed since");
            case OPEN -> Optional.empty();
        };
    }

    private History reopen(StoreMark.State left) throws IOException {
        boolean clean = left == StoreMark.State.CLEAN;
        mark.write(clean ? StoreMark.State.OPEN : StoreMark.State.RECOVERED);
        return offHeap(
                clean ? ChronicleStore.open(records, limits) : ChronicleStore.recover(records, limits),
                clean ? "closed cleanly" : "recovered");
    }

    private History begin(String reason) throws IOException {
        mark.write(StoreMark.State.NEW);
        Files.deleteIfExists(records);
        ChronicleStore store = ChronicleStore.open(records, limits);
        History history = offHeap(store, "begun anew: " + reason);
        mark.write(StoreMark.State.OPEN);
        return history;
    }

    private History offHeap(ChronicleStore store, String reason) {
        History history;
        try {
            history = new BoundedHistory(limits, store);
        } catch (Throwable failure) {
            store.close(); // its file may be thrown away now
            throw failure;
        }
        store.whenClosed(this::closed);
        LOG.info(
                "node={} event=history_store kind=off_heap reason=\"{}\" records={}", nodeName, reason, history.size());
        return history;
    }

    /** Without the mark the next start recovers. */
    private void closed() {
        try {
            mark.writeClean(checksum(records));
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("node={} event=history_mark_failed cause={}", nodeName, e.toString());
        }
    }

    private static int checksum(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        byte[] buffer = new byte[CHECKED_AT_ONCE];
        try (var in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                checksum.update(buffer, 0, read);
            }
        }
        return (int) checksum.getValue();
    }
}
