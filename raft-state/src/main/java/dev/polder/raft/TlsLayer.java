package dev.polder.raft;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.NetUtil;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Puts TLS below the frames of one connection, and tells when the other end's certificate was found good. */
final class TlsLayer extends ChannelInboundHandlerAdapter {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final Function<ByteBufAllocator, SslHandler> tls;

    private final boolean isCalled;

    /** @param isCalled whether the other end is the one that calls */
    TlsLayer(Function<ByteBufAllocator, SslHandler> tls, boolean isCalled) {
        this.tls = tls;
        this.isCalled = isCalled;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (isCalled) {
            ctx.pipeline().addBefore(ctx.name(), null, new PlainSpeech());
        }
        ctx.pipeline().addBefore(ctx.name(), null, tls.apply(ctx.channel().alloc()));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // a failure comes as an exception too
        if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
            ctx.fireUserEventTriggered(WireSecurity.Event.PROVED);
        }
    }

    /** Returns why the other end, which has called, cannot be a member of this name; null if it can. */
    static @Nullable String objection(SSLSession session, String member) {
        try {
            return objection(session.getPeerCertificates()[0], member);
        } catch (SSLPeerUnverifiedException e) {
            return unusable(member, e);
        }
    }

    /** Returns why nobody with this certificate can be a member of this name; null if somebody can. */
    static @Nullable String objection(Certificate certificate, String member) {
        String host = MemberAddress.of(member).host();
        try {
            Collection<List<?>> names =
                    certificate instanceof X509Certificate x509 ? x509.getSubjectAlternativeNames() : null;
            if (names != null && names.stream().anyMatch(name -> isName(name, host))) {
                return null;
            }
            return "the certificate of " + member + " does not name its host " + host + ", but "
                    + (names == null
                            ? "nothing"
                            : names.stream()
                                    .map(name -> String.valueOf(name.get(1)))
                                    .toList());
        } catch (CertificateParsingException e) {
            return unusable(member, e);
        }
    }

    private static String unusable(String member, Exception e) {
        return "the certificate of " + member + " cannot be used: " + e.getMessage();
    }

    private static boolean isName(List<?> name, String host) {
        String value = String.valueOf(name.get(1));
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address != null) {
            return Integer.valueOf(IP_ADDRESS).equals(name.get(0))
                    && Arrays.equals(address, NetUtil.createByteArrayFromIpAddressString(value));
        }
        return Integer.valueOf(DNS_NAME).equals(name.get(0)) && matches(lower(value), lower(host));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** A star stands for the first part of a name, and for all of it only. */
    private static boolean matches(String pattern, String host) {
        int dot = host.indexOf('.');
        return pattern.equals(host)
                || (pattern.startsWith("*.") && dot > 0 && pattern.substring(1).equals(host.substring(dot)));
    }
}
