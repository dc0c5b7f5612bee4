package dev.polder.isolation.docker;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A connection to a Unix socket whose other side may not be silent for longer than a time. One thread may read while
 * another writes; {@link #close} ends both.
 */
final class UnixSocket implements Closeable {
    private final Path path;
    private final Duration silenceMax;
    private final SocketChannel channel;
    private final Selector readable;
    private final Selector writable;
    private volatile boolean closed;

    private UnixSocket(Path path, Duration silenceMax, SocketChannel channel, Selector readable, Selector writable) {
        this.path = path;
        this.silenceMax = silenceMax;
        this.channel = channel;
        this.readable = readable;
        this.writable = writable;
    }

    static UnixSocket connect(Path path, Duration silenceMax) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector readable = null;
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            channel.configureBlocking(false);
            readable = Selector.open();
            channel.register(readable, SelectionKey.OP_READ);
            Selector writable = Selector.open();
            channel.register(writable, SelectionKey.OP_WRITE);
            return new UnixSocket(path, silenceMax, channel, readable, writable);
        } catch (IOException e) {
            channel.close();
            if (readable != null) {
                readable.close();
            }
            throw new IOException(path + " does not answer: " + e.getMessage(), e);
        }
    }

    /** Reads what there is, at least a byte; -1 at the end. */
    int read(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        long start = System.nanoTime();
        int count = channel.read(buffer);
        while (count == 0 && length > 0) {
            await(readable, start);
            count = channel.read(buffer);
        }
        if (count < 0 && closed) {
            // our own doing, which is not to be taken for the other side's end
            throw new ClosedChannelException();
        }
        return count;
    }

    void write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long start = System.nanoTime();
        while (buffer.hasRemaining()) {
            if (channel.write(buffer) == 0) {
                await(writable, start);
            } else {
                start = System.nanoTime();
            }
        }
    }

    /** Tells the other side that nothing more comes; it may go on. */
    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    private void await(Selector selector, long startNanos) throws IOException {
        long leftMs = silenceMax.toMillis() - (System.nanoTime() - startNanos) / 1_000_000;
        if (leftMs <= 0) {
            throw new SocketTimeoutException(path + " was silent for " + silenceMax);
        }
        try {
            selector.select(leftMs);
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException e) {
            throw new IOException("the connection to " + path + " was closed", e);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while " + path + " was waited for");
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try (channel;
                readable;
                writable) {
            channel.shutdownInput();
        } catch (ClosedChannelException e) {
            // closed before
        }
    }
}
