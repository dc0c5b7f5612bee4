package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An address with the length of its network's prefix.
 *
 * @param address IPv4 or IPv6, as it was written
 * @param prefixLength 0 to 32, or 0 to 128 for IPv6
 */
public record IpNetwork(String address, int prefixLength) {
    private static final Pattern V4 = Pattern.compile("(\\d{1,3}\\.){3}\\d{1,3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(\\d{1,3}(\\.\\d{1,3}){3})?");

    /** Checks both. */
    public IpNetwork {
        if (!isAddress(address)) {
            throw new IllegalArgumentException("'" + address + "' is not an IP address");
        }
        int max = address.contains(":") ? 128 : 32;
        if (prefixLength < 0 || prefixLength > max) {
            throw new IllegalArgumentException(
                    "prefix length " + prefixLength + " of " + address + " must be 0 to " + max);
        }
    }

    /** Reads an address with a prefix. */
    static IpNetwork of(JsonValue value) throws JsonException {
        String text = value.text();
        int slash = text.indexOf('/');
        try {
            return new IpNetwork(text.substring(0, Math.max(slash, 0)), Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException e) {
            throw new JsonException(value.place() + " is '" + text + "'; it must be an IP address, '/' and the length"
                    + " of its prefix");
        }
    }

    /** Reads an address without a prefix. */
    static String host(JsonValue value) throws JsonException {
        String text = value.text();
        if (!isAddress(text)) {
            throw new JsonException(value.place() + " is '" + text + "'; it must be an IP address");
        }
        return text;
    }

    /** Reads a list of addresses without prefixes. */
    static List<String> hosts(JsonValue values) throws JsonException {
        List<String> hosts = new ArrayList<>();
        for (JsonValue value : values.elements()) {
            hosts.add(host(value));
        }
        return hosts;
    }

    /** Tells whether it is an address, not a name: nothing is ever looked up. */
    static boolean isAddress(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return false;
        }
        try {
            return !InetAddress.getByName(text).getHostAddress().isEmpty();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
