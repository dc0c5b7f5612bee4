package dev.polder.isolation.check;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.attach.ContainerCommand;
import java.util.regex.Pattern;

/** What is done to a container to see how it is. */
public sealed interface CheckKind {
    /** Run a command inside; its output is thrown away. */
    record Command(ContainerCommand command) implements CheckKind {
        /** Refuses null. */
        public Command {
            requireNonNull(command, "command");
        }
    }

    /**
     * Ask for a page of the container's loopback address, follow its redirections, and see the last answer's code. The page
     * is thrown away, and certificates are not checked.
     *
     * @param scheme {@code http} or {@code https}
     * @param port 1 to 65,535
     * @param path begins with a slash, or is empty
     * @param ipv6 whether {@code ::1} is asked, not {@code 127.0.0.1}
     */
    record Http(String scheme, int port, String path, boolean ipv6) implements CheckKind {
        private static final int PATH_LENGTH_MAX = 8_192;
        private static final Pattern PATH = Pattern.compile("(/[!-~]*)?");

        /** Checks. */
        public Http {
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException("scheme '" + scheme + "' is neither http nor https");
            }
            checkPort(port);
            if (path.length() > PATH_LENGTH_MAX) {
                throw new IllegalArgumentException(
                        "path is too long: " + path.length() + " > pathLengthMax=" + PATH_LENGTH_MAX);
            }
            if (!PATH.matcher(path).matches()) {
                throw new IllegalArgumentException(
                        "path '" + path + "' does not begin with a slash, or has a character that no URL has");
            }
        }
    }

    /**
     * Connect to the container's loopback address.
     *
     * @param port 1 to 65,535
     * @param ipv6 whether to {@code ::1}, not to {@code 127.0.0.1}
     */
    record Tcp(int port, boolean ipv6) implements CheckKind {
        /** Checks. */
        public Tcp {
            checkPort(port);
        }
    }

    private static void checkPort(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
        }
    }
}
