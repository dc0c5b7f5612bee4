package dev.polder.isolation.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where plug-ins for Docker's Engine make themselves known: by a socket {@code NAME.sock}, or a file {@code NAME.spec} that
 * says where the socket is, each also in a directory {@code NAME}. Looked at anew at each call, as plug-ins come and go.
 *
 * @param directories in the order in which they are looked at
 */
public record PluginSockets(List<Path> directories) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
    private static final int SPEC_BYTES_MAX = 4096;
    private static final String UNIX = "unix://";

    /** Copies. */
    public PluginSockets {
        directories = List.copyOf(directories);
    }

    /**
     * Finds a plug-in's socket.
     *
     * @throws IOException if there is none of that name, or it is not on this host
     */
    public Path find(String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IOException("driver '" + name + "' is not of the form " + NAME);
        }
        for (Path directory : directories) {
            for (Path place : List.of(directory, directory.resolve(name))) {
                Path socket = place.resolve(name + ".sock");
                if (Files.exists(socket)) {
                    return socket;
                }
                Path spec = place.resolve(name + ".spec");
                if (Files.isRegularFile(spec)) {
                    return named(spec);
                }
            }
        }
        throw new IOException("there is no plug-in '" + name + "' in " + directories);
    }

    private static Path named(Path spec) throws IOException {
        String text;
        try (InputStream file = Files.newInputStream(spec)) {
            text = new String(file.readNBytes(SPEC_BYTES_MAX), StandardCharsets.UTF_8).strip();
        }
        if (!text.startsWith(UNIX + "/") || text.indexOf('\0') >= 0) {
            throw new IOException(spec + " says '" + text + "', which is no socket of this host, " + UNIX + "/PATH");
        }
        return Path.of(text.substring(UNIX.length()));
    }
}
