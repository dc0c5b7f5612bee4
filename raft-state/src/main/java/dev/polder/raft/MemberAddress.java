package dev.polder.raft;

import org.jspecify.annotations.Nullable;

/** A member's name taken apart: {@code host:port}, or {@code [host]:port} for IPv6. */
record MemberAddress(String host, int port) {
    private static final int PORT_MAX = 65_535;
    static final int LENGTH_MAX = 255;

    /** Returns what is wrong with a member's name, null if nothing is. */
    static @Nullable String problem(String member) {
        int colon = member.lastIndexOf(':');
        if (colon < 1 || member.length() > LENGTH_MAX) {
            return "must be host:port, at most " + LENGTH_MAX + " characters";
        }
        String port = member.substring(colon + 1);
        if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > PORT_MAX) {
            return "port '" + port + "' must be 1 to " + PORT_MAX;
        }
        String host = member.substring(0, colon);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
        if (!isBracketed && !host.matches("[A-Za-z0-9._-]+")) {
            return "host '" + host + "' must be a name or an address; IPv6 in brackets";
        }
        return null;
    }

    /** Returns the member's name. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** @throws IllegalArgumentException if it is no such name */
    static MemberAddress of(String member) {
        String problem = problem(member);
        if (problem != null) {
            throw new IllegalArgumentException("member '" + member + "': " + problem);
        }
        int colon = member.lastIndexOf(':');
        String host = member.substring(0, colon);
        return new MemberAddress(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(member.substring(colon + 1)));
    }
}
