package dev.polder.raft;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.3 with a certificate at both ends, for the connections of one thread. What takes long in a handshake, and reading
 * files that have changed, is done on a thread that exists while there is such work, and a while longer. Connections that
 * begin while files are read again are closed, and tried again by who calls: they last, and would last with what is not to
 * be believed any more.
 */
final class TlsSecurity implements WireSecurity {
    /** How often at most the files are looked at, when connections begin. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long IDLE_SECONDS_MAX = 30;
    private static final long CLOSE_MS_MAX = 500;
    /** Handshakes whose work waits; one beyond fails. */
    private static final int TASKS_MAX = 128;

    private static final String PROTOCOL = "TLSv1.3";
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final Path certificatePem;
    private final Path keyPem;
    private final Path trustPem;
    private final ThreadPoolExecutor executor;
    private volatile Contexts contexts;
    /** As which member this end is taken; null for a client, which may have any name. */
    private volatile @Nullable String member;

    private volatile boolean readsAgain;
    private List<Object> seen;
    private long lookedNanos = System.nanoTime();

    private record Contexts(SslContext calling, SslContext called, CertifiedKey own, Authorities authorities) {
        static Contexts of(CertifiedKey own, Authorities authorities) throws SSLException {
            SslContext calling = SslContextBuilder.forClient()
                    .keyManager(own.key(), own.chain())
                    .trustManager(authorities.trust())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOL)
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
            SslContext called = SslContextBuilder.forServer(own.key(), own.chain())
                    .trustManager(authorities.trust())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOL)
                    .clientAuth(ClientAuth.REQUIRE)
                    .build();
            return new Contexts(calling, called, own, authorities);
        }
    }

    private TlsSecurity(Path certificatePem, Path keyPem, Path trustPem, String threadName) throws IOException {
        this.certificatePem = certificatePem;
        this.keyPem = keyPem;
        this.trustPem = trustPem;
        seen = stamp();
        contexts = Contexts.of(CertifiedKey.read(certificatePem, keyPem), Authorities.read(trustPem));
        executor = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS_MAX, TimeUnit.SECONDS, new ArrayBlockingQueue<>(TASKS_MAX), task -> {
                    Thread thread = new Thread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** @throws IOException if a file cannot be read or is not what it is to be; names it */
    static TlsSecurity open(Path certificatePem, Path keyPem, Path trustPem, String threadName) throws IOException {
        return new TlsSecurity(certificatePem, keyPem, trustPem, threadName);
    }

    /** Returns what is another when a file was changed. */
    private List<Object> stamp() throws IOException {
        List<Object> stamp = new ArrayList<>();
        for (Path file : List.of(certificatePem, keyPem, trustPem)) {
            stamp.add(Files.getLastModifiedTime(file));
            stamp.add(Files.size(file));
        }
        return stamp;
    }

    @Override
    public void standFor(String name) throws IOException {
        check(contexts.own(), contexts.authorities(), name);
        member = name;
    }

    /** Others of the group believe the same authorities, and look for the name. */
    private void check(CertifiedKey own, Authorities authorities, String name) throws IOException {
        String disbelieved = authorities.objection(own.chain());
        String objection = disbelieved == null ? TlsLayer.objection(own.chain().get(0), name) : disbelieved;
        if (objection != null) {
            throw new IOException("certificate " + certificatePem + ": " + objection);
        }
    }

    // ---- the thread of the connections

    @Override
    public ChannelHandler layer(@Nullable MemberAddress called) {
        lookForChanges();
        return readsAgain ? new NotNow() : new TlsLayer(allocator -> handler(allocator, called), called == null);
    }

    private SslHandler handler(ByteBufAllocator allocator, @Nullable MemberAddress called) {
        Contexts current = contexts;
        SslHandler handler = called == null
                ? current.called().newHandler(allocator, executor)
                : current.calling().newHandler(allocator, called.host(), called.port(), executor);
        handler.setHandshakeTimeoutMillis(WireConnection.HANDSHAKE_MS_MAX);
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MS_MAX);
        return handler;
    }

    private static final class NotNow extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ChannelFuture unused = ctx.close();
        }
    }

    private void lookForChanges() {
        long now = System.nanoTime();
        if (readsAgain || now - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = now;
        try {
            List<Object> stamp = stamp();
            if (!stamp.equals(seen)) {
                readsAgain = true;
                executor.execute(this::readAgain);
                seen = stamp;
            }
        } catch (IOException | RejectedExecutionException e) {
            readsAgain = false;
            LOG.warn("event=certificates_not_seen certificate={} reason='{}'", certificatePem, e.toString());
        }
    }

    /**
     * Whoever is not to be believed any more is not, whatever else has changed. What was read before stays where a file is
     * not whole, perhaps because the next of them is to be replaced in a moment, or holds what others refuse.
     */
    void readAgain() {
        try {
            Authorities authorities = Authorities.read(trustPem);
            contexts = Contexts.of(readOwnAgain(authorities), authorities);
            LOG.info(
                    "event=certificates_read certificate={} until={}",
                    certificatePem,
                    shown().getNotAfter().toInstant());
        } catch (IOException e) {
            refuse(e);
        } finally {
            readsAgain = false;
        }
    }

    private CertifiedKey readOwnAgain(Authorities authorities) {
        try {
            CertifiedKey own = CertifiedKey.read(certificatePem, keyPem);
            String name = member;
            if (name != null) {
                check(own, authorities, name);
            }
            return own;
        } catch (IOException e) {
            refuse(e);
            return contexts.own();
        }
    }

    private void refuse(IOException reason) {
        LOG.warn("event=certificates_refused certificate={} reason='{}'", certificatePem, reason.toString());
    }

    /** Returns the certificate that new connections show. Any thread. */
    X509Certificate shown() {
        return contexts.own().chain().get(0);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
