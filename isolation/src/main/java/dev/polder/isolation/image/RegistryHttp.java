package dev.polder.isolation.image;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * Single requests, without redirects and without a second try. Any thread may ask.
 *
 * <p>It is {@link HttpURLConnection} and not {@code java.net.http}: that one has a thread which ends, up to JDK 20, when
 * the garbage collector has found its client, and no limit to a body that stalls. This one has no thread and a read
 * time-out, and {@link #close} ends what is being read.
 */
final class RegistryHttp implements Closeable {
    private static final String CLOSED = "the registry client is closed";

    private final RegistrySettings settings;
    private final Set<HttpURLConnection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    RegistryHttp(RegistrySettings settings) {
        this.settings = settings;
    }

    /** An answer whose body was not read yet. To be closed. */
    final class Answer implements Closeable {
        private final HttpURLConnection connection;
        private final int status;

        private Answer(HttpURLConnection connection) throws IOException {
            this.connection = connection;
            this.status = unlessClosed(connection::getResponseCode);
            if (status < 0) {
                throw new IOException(connection.getURL() + " does not speak HTTP");
            }
        }

        int status() {
            return status;
        }

        /** Returns a header, or null. */
        @Nullable
        String header(String name) {
            return connection.getHeaderField(name);
        }

        /** Returns each line of a header that may come several times. */
        java.util.List<String> headers(String name) {
            return connection.getHeaderFields().entrySet().stream()
                    .filter(entry -> name.equalsIgnoreCase(entry.getKey()))
                    .flatMap(entry -> entry.getValue().stream())
                    .toList();
        }

        InputStream body() throws IOException {
            InputStream body = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
            if (body == null) {
                return InputStream.nullInputStream();
            }
            return new FilterInputStream(body) {
                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    return unlessClosed(() -> in.read(bytes, offset, length));
                }

                @Override
                public void close() {
                    Answer.this.close();
                }
            };
        }

        /** Reads the body, which may not be longer than {@code bytesMax}. */
        byte[] bytes(int bytesMax) throws IOException {
            byte[] bytes = body().readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new ImageException(connection.getURL() + " sends more than " + bytesMax + " bytes");
            }
            return bytes;
        }

        @Override
        public void close() {
            open.remove(connection);
            connection.disconnect();
        }
    }

    private interface Exchange {
        int run() throws IOException;
    }

    /** A connection that is broken off in the middle may fail in any way. */
    private int unlessClosed(Exchange exchange) throws IOException {
        try {
            return exchange.run();
        } catch (RuntimeException e) {
            if (closed) {
                throw new IOException(CLOSED, e);
            }
            throw e;
        }
    }

    /** Asks for one thing. */
    Answer get(URI address, Map<String, String> headers) throws IOException {
        if (!(address.toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new ImageException(address + " is not an address of http or https");
        }
        if (connection instanceof HttpsURLConnection secure) {
            settings.tls().ifPresent(secure::setSSLSocketFactory);
        }
        connection.setConnectTimeout(Math.toIntExact(settings.connectTimeout().toMillis()));
        connection.setReadTimeout(Math.toIntExact(settings.stallTimeout().toMillis()));
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        // the host application's own would be asked otherwise
        connection.setAuthenticator(new Authenticator() {});
        connection.setRequestProperty("User-Agent", "polder");
        headers.forEach(connection::setRequestProperty);
        open.add(connection);
        if (closed) {
            open.remove(connection);
            throw new ImageException(CLOSED);
        }
        try {
            return new Answer(connection);
        } catch (IOException e) {
            open.remove(connection);
            connection.disconnect();
            throw e;
        }
    }

    /** Breaks off whatever is being read, and refuses what comes. */
    @Override
    public void close() {
        closed = true;
        open.forEach(HttpURLConnection::disconnect);
        open.clear();
    }
}
