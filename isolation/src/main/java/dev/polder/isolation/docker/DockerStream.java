package dev.polder.isolation.docker;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a container's processes write, and, if attached, read. One thread reads, another may write; {@link #close} ends
 * both, the processes go on.
 *
 * <p>Without a terminal the engine sends frames: {@code [kind, 0, 0, 0, length of four bytes, bytes]}. With one there is
 * only what the terminal shows.
 */
public final class DockerStream implements Closeable {
    private static final int HEADER_BYTES = 8;
    private static final int PIECE_BYTES_MAX = 64 * 1024;

    private final HttpAnswer answer;
    private final boolean terminal;
    private Source source = Source.STDOUT;
    private long frameLeft;

    DockerStream(HttpAnswer answer, boolean terminal) {
        this.answer = answer;
        this.terminal = terminal;
    }

    /** Where a piece comes from. */
    public enum Source {
        /** Output, or the terminal. */
        STDOUT,
        /** Errors. */
        STDERR
    }

    /** Some bytes, 1 to 65536, as they came; they may end within a character. */
    public static final class Piece {
        private final Source source;
        private final byte[] bytes;

        private Piece(Source source, byte[] bytes) {
            this.source = source;
            this.bytes = bytes;
        }

        /** Returns where it comes from. */
        public Source source() {
            return source;
        }

        /** Returns the bytes, which are the caller's. */
        public byte[] bytes() {
            return bytes;
        }
    }

    /**
     * Waits for what comes next; empty at the end.
     *
     * @throws java.net.SocketTimeoutException if there is silence for longer than the call allowed; the stream is then
     *     of no more use
     */
    public Optional<Piece> next() throws IOException {
        if (terminal) {
            return piece(PIECE_BYTES_MAX);
        }
        while (frameLeft == 0) {
            byte[] header = answer.body().readNBytes(HEADER_BYTES);
            if (header.length == 0) {
                return Optional.empty();
            }
            if (header.length < HEADER_BYTES) {
                throw new EOFException("the stream ends within the head of a frame");
            }
            startFrame(header);
        }
        Optional<Piece> piece = piece((int) Math.min(frameLeft, PIECE_BYTES_MAX));
        if (piece.isEmpty()) {
            throw new EOFException("the stream ends " + frameLeft + " bytes before its frame");
        }
        frameLeft -= piece.get().bytes().length;
        return piece;
    }

    private void startFrame(byte[] header) throws IOException {
        source = switch (header[0]) {
            case 0, 1 -> Source.STDOUT;
            case 2 -> Source.STDERR;
            default -> throw new IOException("a frame is of the kind " + header[0] + ", not 0, 1 or 2");
        };
        frameLeft = Integer.toUnsignedLong(ByteBuffer.wrap(header).getInt(4));
    }

    private Optional<Piece> piece(int bytesMax) throws IOException {
        byte[] bytes = new byte[bytesMax];
        int count = answer.body().read(bytes, 0, bytesMax);
        return count < 0
                ? Optional.empty()
                : Optional.of(new Piece(
                        source, ByteBuffer.allocate(count).put(bytes, 0, count).array()));
    }

    /** Writes to the process's input, if the stream was opened with it. */
    public void write(byte[] bytes) throws IOException {
        answer.socket().write(bytes);
    }

    /** Ends the process's input. */
    public void endInput() throws IOException {
        answer.socket().endOutput();
    }

    @Override
    public void close() throws IOException {
        answer.close();
    }
}
