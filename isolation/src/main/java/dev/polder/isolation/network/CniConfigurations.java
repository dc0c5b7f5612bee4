package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The networks that an operator has set up: files {@code *.conf} (one plug-in) and {@code *.conflist} (a list of plug-ins)
 * of one directory. Each call reads them anew, so that a change needs no restart. A file with a mistake takes only its
 * own network away, and two files of one name take away that network, for nobody could tell which is meant. Safe for many
 * threads; nothing is kept.
 */
public final class CniConfigurations {
    private static final int FILES_MAX = 1_000;
    private static final int FILE_BYTES_MAX = 1 << 20;

    /**
     * What was found.
     *
     * @param names of the networks that can be used, in the order of their files' names
     * @param mistakes one sentence for each file that cannot be used, with file, key and rule
     */
    public record Networks(Set<String> names, List<String> mistakes) {
        /** Copies what it is given. */
        public Networks {
            names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
            mistakes = List.copyOf(mistakes);
        }
    }

    private record Reading(Map<String, CniConfiguration> byName, List<String> mistakes) {}

    private final Path directory;

    /** Names the directory. One that does not exist has no networks, until it does. */
    public CniConfigurations(Path directory) {
        this.directory = requireNonNull(directory, "directory");
    }

    /**
     * Returns the networks that are set up now.
     *
     * @throws IOException if the directory cannot be listed, or has more files than FILES_MAX
     */
    public Networks networks() throws IOException {
        Reading reading = read();
        return new Networks(reading.byName.keySet(), reading.mistakes);
    }

    /** Returns a network; says why if there is none of that name. */
    CniConfiguration get(String name) throws IOException {
        Reading reading = read();
        CniConfiguration found = reading.byName.get(name);
        if (found == null) {
            String others = reading.mistakes.isEmpty() ? "" : "; mistakes: " + String.join("; ", reading.mistakes);
            throw new IOException("there is no network '" + name + "' in " + directory + ", which has "
                    + reading.byName.keySet() + others);
        }
        return found;
    }

    /** Returns all that can be used. */
    List<CniConfiguration> all() throws IOException {
        return List.copyOf(read().byName.values());
    }

    private Reading read() throws IOException {
        Map<String, CniConfiguration> byName = new LinkedHashMap<>();
        Map<String, Path> files = new LinkedHashMap<>();
        Set<String> twice = new TreeSet<>();
        List<String> mistakes = new ArrayList<>();
        for (Path file : files()) {
            try {
                CniConfiguration configuration = read(file);
                Path other = files.putIfAbsent(configuration.name(), file);
                if (other != null) {
                    mistakes.add(file + ".name is '" + configuration.name() + "', which is the name in " + other
                            + ", too; a name must stand in one file");
                    twice.add(configuration.name());
                }
                byName.putIfAbsent(configuration.name(), configuration);
            } catch (JsonException e) {
                mistakes.add(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                // one that was removed since it was listed is no mistake
                if (!(e instanceof NoSuchFileException)) {
                    mistakes.add(file + " cannot be read: " + e);
                }
            }
        }
        byName.keySet().removeAll(twice);
        return new Reading(byName, mistakes);
    }

    private Iterable<Path> files() throws IOException {
        Set<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> listed = Files.newDirectoryStream(directory, "*.{conf,conflist}")) {
            for (Path file : listed) {
                files.add(file);
                if (files.size() > FILES_MAX) {
                    throw new IOException(directory + " has more than FILES_MAX=" + FILES_MAX + " configurations");
                }
            }
        } catch (NoSuchFileException absent) {
            return List.of();
        }
        return files;
    }

    private static CniConfiguration read(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new JsonException(file + " must be a regular file");
        }
        byte[] bytes;
        try (InputStream input = Files.newInputStream(file)) {
            bytes = input.readNBytes(FILE_BYTES_MAX + 1);
        }
        if (bytes.length > FILE_BYTES_MAX) {
            throw new JsonException(file + " has more than FILE_BYTES_MAX=" + FILE_BYTES_MAX + " bytes");
        }
        JsonValue document = JsonValue.parse(bytes, file.toString());
        return file.toString().endsWith(".conflist")
                ? CniConfiguration.ofList(document)
                : CniConfiguration.ofPlugin(document);
    }
}
