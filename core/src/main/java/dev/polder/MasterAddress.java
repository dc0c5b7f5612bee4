package dev.polder;

import java.net.InetSocketAddress;
import java.util.Optional;

/** Where a master's HTTP APIs are, as the members of the log tell it of their leader: {@code http host:port}. */
final class MasterAddress {
    private static final String HTTP = "http ";

    private MasterAddress() {}

    static String text(String host, int port) {
        return HTTP + host + ":" + port;
    }

    /** Returns the address, which may have to be looked up; empty if the text is of another version or damaged. */
    static Optional<InetSocketAddress> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (!text.startsWith(HTTP)
                || colon < HTTP.length()
                || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        return port > 65_535
                ? Optional.empty()
                : Optional.of(new InetSocketAddress(text.substring(HTTP.length(), colon), port));
    }
}
