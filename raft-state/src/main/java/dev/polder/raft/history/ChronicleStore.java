package dev.polder.raft.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.zip.CRC32C;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in a file of Chronicle Map. Each lies behind a checksum over its number and its bytes, so that whatever
 * happens to the file, and whatever a recovery makes of it, no other record is ever shown:
 *
 * <pre>
 *  key    number (8)
 *  value  CRC-32C of number and record (4) | record
 * </pre>
 *
 * <p>A map that fails in a way that is not merely "full" is not asked again until it is opened anew.
 */
final class ChronicleStore implements RecordStore {
    private static final Logger LOG = LoggerFactory.getLogger(ChronicleStore.class);
    private static final int CHECKSUM_BYTES = 4;

    private final ChronicleMap<Long, byte[]> map;
    /** Whoever uses the map reads; closing it under somebody's hands would end the JVM. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    private Runnable whenClosed = () -> {};
    private volatile boolean failed;
    private boolean closed;

    private ChronicleStore(ChronicleMap<Long, byte[]> map) {
        this.map = map;
    }

    /** Opens a file of a clean end, or makes one. */
    static ChronicleStore open(Path file, HistoryLimits limits) throws IOException {
        return new ChronicleStore(builder(limits).createPersistedTo(file.toFile()));
    }

    /** Opens a file of a sudden end, without what was in the making then. */
    static ChronicleStore recover(Path file, HistoryLimits limits) throws IOException {
        return new ChronicleStore(builder(limits)
                .recoverPersistedTo(
                        file.toFile(),
                        true,
                        corruption -> LOG.debug("event=history_repair what={}", corruption.message())));
    }

    private static ChronicleMapBuilder<Long, byte[]> builder(HistoryLimits limits) {
        return ChronicleMapBuilder.of(Long.class, byte[].class)
                .name("history")
                .entries(limits.recordsMax())
                .averageValueSize(CHECKSUM_BYTES + limits.recordBytesMean())
                .checksumEntries(true)
                .putReturnsNull(true)
                .removeReturnsNull(true)
                .skipCloseOnExitHook(true); // a guest leaves nothing with the JVM
    }

    /** Has this called once the file is closed and all of it can be read back. */
    void whenClosed(Runnable listener) {
        whenClosed = listener;
    }

    @Override
    public void visit(Visitor visitor) {
        map.forEachEntry(entry -> {
            long bytes = entry.value().size() - CHECKSUM_BYTES;
            visitor.record(entry.key().get(), Math.toIntExact(Math.max(0, bytes)));
        });
    }

    @Override
    public boolean put(long number, byte[] record) {
        if (failed) {
            return false;
        }
        byte[] value = value(number, record);
        try {
            byte[] old = map.get(number);
            if (!Arrays.equals(old, value)) {
                map.put(number, value);
            }
            return true;
        } catch (IllegalStateException | IllegalArgumentException fullOrTooLarge) {
            remove(number);
            return false;
        } catch (RuntimeException | Error failure) {
            fail(failure);
            return false;
        }
    }

    @Override
    public byte @Nullable [] get(long number) {
        use.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the history is closed");
            }
            return failed ? null : read(number);
        } finally {
            use.readLock().unlock();
        }
    }

    private byte @Nullable [] read(long number) {
        try {
            return record(number, map.get(number));
        } catch (RuntimeException | Error failure) {
            fail(failure);
            return null;
        }
    }

    @Override
    public void remove(long number) {
        if (failed) {
            return;
        }
        try {
            map.remove(number);
        } catch (RuntimeException | Error failure) {
            fail(failure);
        }
    }

    private void fail(Throwable failure) {
        if (!failed) {
            failed = true;
            LOG.warn("event=history_store_failed kind=heap cause={}", failure.toString(), failure);
        }
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            closed = true;
            map.close();
        } catch (RuntimeException | Error failure) {
            fail(failure);
        } finally {
            use.writeLock().unlock();
        }
        if (!failed) {
            whenClosed.run();
        }
    }

    private static byte[] value(long number, byte[] record) {
        return ByteBuffer.allocate(CHECKSUM_BYTES + record.length)
                .putInt(checksum(number, record, 0))
                .put(record)
                .array();
    }

    private static byte @Nullable [] record(long number, byte @Nullable [] value) {
        if (value == null
                || value.length < CHECKSUM_BYTES
                || ByteBuffer.wrap(value).getInt() != checksum(number, value, CHECKSUM_BYTES)) {
            return null;
        }
        return Arrays.copyOfRange(value, CHECKSUM_BYTES, value.length);
    }

    private static int checksum(long number, byte[] bytes, int from) {
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        checksum.update(bytes, from, bytes.length - from);
        return (int) checksum.getValue();
    }
}
