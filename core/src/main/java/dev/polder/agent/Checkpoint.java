package dev.polder.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentFacts.AgentTurn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's facts on disk: one file to which whole turns are appended, each forced before {@link #append} returns.
 *
 * <pre>
 *  header   "POLDERAC"  version  crc        crc: CRC32C of what stands before it
 *  record   length      crc      payload    crc: CRC32C of length and payload; payload: an AgentTurn
 *  record   ...                             integers have four bytes, the most significant first
 * </pre>
 *
 * A crash may leave a torn record at the end, which nobody was told of; it is cut off when the file is opened. A damaged
 * record with intact ones behind it is no work of a crash: the file is refused. Opening rewrites the file as short as the
 * state allows, and so does appending when it has grown long. Owned by the agent thread.
 */
final class Checkpoint implements AutoCloseable {
    static final int VERSION = 1;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
    private static final byte[] MAGIC = "POLDERAC".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = MAGIC.length + 2 * Integer.BYTES;
    private static final int RECORD_HEADER_BYTES = 2 * Integer.BYTES;
    /** A turn holds what came of one batch of commands; the largest command is a frame of at most 8 MiB. */
    private static final int RECORD_BYTES_MAX = 64 << 20;

    private static final int REWRITE_RECORD_BYTES = 256 << 10;
    private static final long REWRITE_FILE_BYTES_MIN = 32L << 20;
    private static final int REWRITE_GROWTH = 4;

    private final Path file;
    private FileChannel channel;
    private long bytes;
    private long bytesRewritten;
    private boolean failed;

    private Checkpoint(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a checkpoint, or begins one where there is none.
     *
     * @param state empty; gets what the file holds
     * @throws CheckpointException if the file is damaged, of a newer version, or no checkpoint at all; it stays as it is
     */
    static Checkpoint open(Path file, AgentState state) throws IOException {
        if (Files.exists(file)) {
            read(file, state);
        }
        Checkpoint checkpoint = new Checkpoint(file, write(file, state.facts()));
        checkpoint.rewritten();
        return checkpoint;
    }

    /**
     * Appends a turn and forces it to disk. After a failure nothing can be appended any more: what the disk holds is known
     * only when the file is opened again.
     *
     * @throws IOException naming the file and what happened to it
     */
    void append(List<AgentFact> facts) throws IOException {
        if (failed) {
            throw new IOException("checkpoint " + file + " failed before and takes nothing more");
        }
        failed = true;
        ByteBuffer record = record(facts);
        bytes += record.remaining();
        try {
            writeFully(channel, record);
            channel.force(false);
        } catch (IOException e) {
            throw new IOException("checkpoint " + file + " failed, so this agent stops: " + e, e);
        }
        failed = false;
    }

    /** Tells whether the file has grown so long that {@link #rewrite} is worth it. */
    boolean isLong() {
        return bytes > Math.max(REWRITE_FILE_BYTES_MIN, bytesRewritten * REWRITE_GROWTH);
    }

    /** Replaces the file by one that holds the same state in as few facts as there can be. */
    void rewrite(AgentState state) throws IOException {
        failed = true;
        channel.close();
        channel = write(file, state.facts());
        rewritten();
        failed = false;
    }

    /** Returns the length of the file. */
    long bytes() {
        return bytes;
    }

    private void rewritten() throws IOException {
        bytes = channel.size();
        bytesRewritten = bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static FileChannel write(Path file, List<AgentFact> facts) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            writeFully(channel, header());
            int from = 0;
            int size = 0;
            for (int i = 0; i < facts.size(); i++) {
                size += facts.get(i).getSerializedSize();
                if (size >= REWRITE_RECORD_BYTES || i == facts.size() - 1) {
                    writeFully(channel, record(facts.subList(from, i + 1)));
                    from = i + 1;
                    size = 0;
                }
            }
            channel.force(true);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceDirectory(file);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void forceDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void read(Path file, AgentState state) throws IOException {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file));
        checkHeader(file, content);
        int position = HEADER_BYTES;
        while (position < content.limit()) {
            int length = intactLength(content, position);
            if (length < 0) {
                checkTorn(file, content, position);
                LOG.warn(
                        "checkpoint cut file={} at={} bytes={} reason=torn record of a crash",
                        file,
                        position,
                        content.limit() - position);
                return;
            }
            apply(file, position, content.slice(position + RECORD_HEADER_BYTES, length), state);
            position += RECORD_HEADER_BYTES + length;
        }
    }

    private static void checkHeader(Path file, ByteBuffer content) throws CheckpointException {
        ByteBuffer expected = header();
        if (content.limit() < HEADER_BYTES || !content.slice(0, MAGIC.length).equals(expected.slice(0, MAGIC.length))) {
            throw new CheckpointException("checkpoint " + file + " is not one: it does not begin with "
                    + new String(MAGIC, StandardCharsets.US_ASCII));
        }
        int version = content.getInt(MAGIC.length);
        if (crc(content.slice(0, HEADER_BYTES - Integer.BYTES)) != content.getInt(HEADER_BYTES - Integer.BYTES)) {
            throw new CheckpointException("checkpoint " + file + " is damaged: the checksum of its header is wrong");
        }
        if (version != VERSION) {
            throw new CheckpointException(
                    "checkpoint " + file + " has version " + version + "; this agent reads version " + VERSION);
        }
    }

    private static void apply(Path file, int position, ByteBuffer payload, AgentState state)
            throws CheckpointException {
        try {
            for (AgentFact fact : AgentTurn.parseFrom(payload).getFactsList()) {
                state.apply(fact);
            }
        } catch (InvalidProtocolBufferException | IllegalStateException e) {
            throw new CheckpointException(
                    "checkpoint " + file + " holds an intact record at " + position + " that makes no sense: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Returns the payload's length of the intact record at a position; -1 if there is none. */
    private static int intactLength(ByteBuffer content, int position) {
        int left = content.limit() - position - RECORD_HEADER_BYTES;
        if (left < 1) {
            return -1;
        }
        int length = content.getInt(position);
        if (length < 1 || length > Math.min(left, RECORD_BYTES_MAX)) {
            return -1;
        }
        int crc = crc(content.slice(position, Integer.BYTES), content.slice(position + RECORD_HEADER_BYTES, length));
        return crc == content.getInt(position + Integer.BYTES) ? length : -1;
    }

    private static void checkTorn(Path file, ByteBuffer content, int position) throws CheckpointException {
        for (int next = position + 1; next < content.limit(); next++) {
            if (intactLength(content, next) >= 0) {
                throw new CheckpointException("checkpoint " + file + " is damaged at " + position
                        + ": an intact record follows at " + next + ", so this is no torn end that may be cut off");
            }
        }
    }

    private static ByteBuffer header() {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putInt(VERSION);
        header.putInt(crc(header.slice(0, header.position())));
        return header.flip();
    }

    private static ByteBuffer record(List<AgentFact> facts) throws IOException {
        byte[] payload = AgentTurn.newBuilder().addAllFacts(facts).build().toByteArray();
        if (payload.length > RECORD_BYTES_MAX) {
            throw new IOException(
                    "turn too large: " + payload.length + " bytes > RECORD_BYTES_MAX=" + RECORD_BYTES_MAX);
        }
        ByteBuffer record = ByteBuffer.allocate(RECORD_HEADER_BYTES + payload.length);
        record.putInt(payload.length);
        record.putInt(crc(record.slice(0, Integer.BYTES), ByteBuffer.wrap(payload)));
        return record.put(payload).flip();
    }

    private static int crc(ByteBuffer... parts) {
        CRC32C crc = new CRC32C();
        for (ByteBuffer part : parts) {
            crc.update(part);
        }
        return (int) crc.getValue();
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
