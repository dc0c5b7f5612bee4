package dev.polder.framework;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the addresses of masters. Names are left to be resolved when they are used. */
final class Addresses {
    static final int MASTER_PORT = 5050;

    private Addresses() {}

    /** Reads {@code host:port,host,[::1]:port}. */
    static List<InetSocketAddress> parseList(String text) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String address = part.strip();
            addresses.add(Optional.of(address)
                    .filter(bare -> bare.chars().noneMatch(c -> "/?#@".indexOf(c) >= 0))
                    .flatMap(bare -> authority("//" + bare))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "'" + address + "' in the masters '" + text + "' is no host:port")));
        }
        return addresses;
    }

    /** Reads the {@code Location} of a redirect: {@code http://host:port/path}, the scheme may be missing. */
    static Optional<InetSocketAddress> location(String text) {
        return authority(text.strip());
    }

    private static Optional<InetSocketAddress> authority(String text) {
        try {
            URI uri = new URI(text);
            String host = uri.getHost();
            if (host == null || host.isEmpty() || uri.getPort() > 65_535) {
                return Optional.empty();
            }
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            int port = uri.getPort() < 0 ? MASTER_PORT : uri.getPort();
            return Optional.of(InetSocketAddress.createUnresolved(bare, port));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
