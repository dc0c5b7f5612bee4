package dev.polder.isolation.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Files of the web, by http and https. Any thread may fetch.
 *
 * <p>It is {@link HttpURLConnection} and not {@code java.net.http}: that one has a thread which ends, up to JDK 20, when
 * the garbage collector has found its client, and no limit to a body that stalls. This one has no thread and a read
 * time-out. It cannot be broken off by another thread, which would wait for the one that reads; so {@link #close} has it end
 * at the next bytes, or when it has stalled.
 */
final class WebSource implements Closeable {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final FetcherSettings settings;
    private volatile boolean closed;

    WebSource(FetcherSettings settings) {
        this.settings = settings;
    }

    /** Where to ask, and as whom; {@code credentials} is user and password. */
    private record Address(URI uri, @Nullable String credentials) {
        static Address parse(String text) throws FetchException {
            try {
                return of(new URI(text), null);
            } catch (URISyntaxException e) {
                // its message shows the address
                throw new FetchException("it is no address: " + e.getReason() + " at character " + e.getIndex());
            }
        }

        /** The credentials go elsewhere than into the address, or they would be in messages of the JDK's. */
        private static Address of(URI uri, @Nullable String inherited) throws FetchException {
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new FetchException("it leads to the scheme '" + FetchRequest.masked(scheme) + "'");
            }
            if (uri.getHost() == null) {
                throw new FetchException("its address has no host");
            }
            String authority = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
            String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            String own = uri.getUserInfo();
            return new Address(URI.create(scheme + "://" + authority + path + query), own == null ? inherited : own);
        }

        Address redirected(@Nullable String location) throws FetchException {
            URI target;
            try {
                target = uri.resolve(new URI(String.valueOf(location)));
            } catch (URISyntaxException e) {
                throw new FetchException("it is redirected to what is no address: " + e.getReason());
            }
            if (uri.getScheme().equals("https") && "http".equalsIgnoreCase(target.getScheme())) {
                throw new FetchException("it is redirected from https to http");
            }
            boolean isSameHost = uri.getScheme().equalsIgnoreCase(target.getScheme())
                    && uri.getHost().equalsIgnoreCase(target.getHost())
                    && uri.getPort() == target.getPort();
            return of(target, isSameHost ? credentials : null);
        }
    }

    /** Receives a file into one that is made for it. */
    void download(String address, Path to, LongConsumer progress) throws IOException {
        Address at = Address.parse(address);
        for (int redirects = 0; redirects <= settings.redirectsMax(); redirects++) {
            HttpURLConnection connection = connect(at);
            try {
                checkOpen();
                int status = connection.getResponseCode();
                if (status == 200) {
                    receive(connection, to, progress);
                    return;
                }
                if (!isRedirect(status)) {
                    throw new FetchException(
                            status < 0 ? "the server does not speak HTTP" : "the server answers " + status);
                }
                at = at.redirected(connection.getHeaderField("Location"));
            } catch (SocketTimeoutException e) {
                throw new FetchException("nothing came of it for stallTimeout=" + settings.stallTimeout(), e);
            } finally {
                connection.disconnect();
            }
        }
        throw new FetchException("it is redirected more than redirectsMax=" + settings.redirectsMax() + " times");
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private HttpURLConnection connect(Address at) throws IOException {
        if (!(open(at.uri()) instanceof HttpURLConnection connection)) {
            throw new FetchException("this JVM has no HTTP of its own");
        }
        connection.setConnectTimeout(Math.toIntExact(settings.connectTimeout().toMillis()));
        connection.setReadTimeout(Math.toIntExact(settings.stallTimeout().toMillis()));
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        // the host application's own would be asked otherwise
        connection.setAuthenticator(new Authenticator() {});
        connection.setRequestProperty("User-Agent", "polder");
        if (at.credentials() != null) {
            byte[] text = at.credentials().getBytes(StandardCharsets.UTF_8);
            connection.setRequestProperty(
                    "Authorization", "Basic " + Base64.getEncoder().encodeToString(text));
        }
        return connection;
    }

    private static URLConnection open(URI uri) throws IOException {
        try {
            return uri.toURL().openConnection();
        } catch (MalformedURLException e) {
            // its message may show the address
            throw new FetchException("it is no address of the web");
        }
    }

    private void receive(HttpURLConnection connection, Path to, LongConsumer progress) throws IOException {
        long announced = connection.getContentLengthLong();
        long bytesMax = settings.downloadBytesMax();
        if (announced > bytesMax) {
            throw new FetchException("it has " + announced + " bytes, more than downloadBytesMax=" + bytesMax);
        }
        byte[] chunk = new byte[CHUNK_BYTES];
        long count = 0;
        try (InputStream in = connection.getInputStream();
                OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int read = in.read(chunk);
            while (read >= 0) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while receiving");
                }
                checkOpen();
                count += read;
                if (count > bytesMax) {
                    throw new FetchException("it is longer than downloadBytesMax=" + bytesMax + " bytes");
                }
                out.write(chunk, 0, read);
                progress.accept(count);
                read = in.read(chunk);
            }
        }
        if (announced >= 0 && count != announced) {
            throw new FetchException("it ended after " + count + " of " + announced + " bytes");
        }
    }

    private void checkOpen() throws FetchException {
        if (closed) {
            throw new FetchException("the fetcher is closed");
        }
    }

    /** Does not wait for what is being received. */
    @Override
    public void close() {
        closed = true;
    }
}
