package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An account of this host, by its numbers.
 *
 * @param name how it is called
 * @param uid its number
 * @param gid the number of its first group
 */
public record Account(String name, int uid, int gid) {
    /** No account of this name. */
    public static final class UnknownException extends IOException {
        private static final long serialVersionUID = 1;

        UnknownException(String name) {
            super("no such user: '" + name + "'");
        }
    }

    /** Refuses null. */
    public Account {
        requireNonNull(name, "name");
    }

    /**
     * Asks the host, which takes some milliseconds. The JDK knows no first groups; {@code id} asks whatever the host keeps its
     * accounts in.
     *
     * @throws UnknownException if it has no account of this name
     */
    public static Account named(String name) throws IOException {
        Process id = new ProcessBuilder("/bin/sh", "-c", "id -u -- \"$0\" && id -g -- \"$0\"", name)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        id.getOutputStream().close();
        List<String> lines = new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .toList();
        if (lines.size() != 2) {
            throw new UnknownException(name);
        }
        return new Account(name, Integer.parseInt(lines.get(0)), Integer.parseInt(lines.get(1)));
    }
}
