package dev.polder.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Locale;

/** A plain socket, to see the very bytes. One char is one byte. */
final class RawConnection implements AutoCloseable {

    private static final int TIMEOUT_MS = 30_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawConnection(InetSocketAddress to) throws IOException {
        this(to, 64 << 10);
    }

    RawConnection(InetSocketAddress to, int receiveBufferBytes) throws IOException {
        socket.setReceiveBufferSize(receiveBufferBytes);
        socket.connect(to, TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1024);
    }

    RawConnection send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    RawConnection send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Reads up to and with this text. */
    String readUntil(String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.length() < end.length() || read.indexOf(end, read.length() - end.length()) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed after: " + read);
            }
            read.append((char) b);
        }
        return withoutDate(read.toString());
    }

    /** Reads one answer: its head and as much body as it announces. */
    String readAnswer() throws IOException {
        String head = readUntil("\r\n\r\n");
        int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        return head + readBytes(length);
    }

    String readBytes(int count) throws IOException {
        return new String(in.readNBytes(count), ISO_8859_1);
    }

    /** Reads all until the peer closes; a reset counts as that. */
    String readAll() throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            in.transferTo(read);
        } catch (SocketException e) {
            // closed the hard way
        }
        return withoutDate(read.toString(ISO_8859_1));
    }

    /** Whether the peer closes within the time that reads may take. */
    boolean isClosedByPeer() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes so that the peer sees a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static String withoutDate(String text) {
        return text.replaceAll(
                "Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT\r\n", "<DATE>");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
