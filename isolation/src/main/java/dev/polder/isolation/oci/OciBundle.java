package dev.polder.isolation.oci;

import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A directory with the {@code config.json} by which runc and crun run a container. The root filesystem lies elsewhere and
 * is not touched. The file says what the environment is, so only its owner may read it.
 */
public final class OciBundle {
    private static final String CONFIG = "config.json";
    private static final String VERSION = "1.0.2";

    private OciBundle() {}

    /** Returns the configuration, in UTF-8. */
    public static byte[] config(OciProcess process, OciContainer container) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("ociVersion", VERSION);
        config.put("process", process.toOci());
        container.addTo(config);
        return JsonText.write(config);
    }

    /**
     * Returns a process that is as the bundle's own in all but what it executes, in UTF-8.
     *
     * @param arguments the zeroth is the program
     * @param environment beside the variables of the bundle's process; of two with one name these count
     */
    public static byte[] process(Path directory, List<String> arguments, Map<String, String> environment)
            throws IOException {
        Path config = directory.resolve(CONFIG);
        JsonValue own =
                JsonValue.parse(Files.readAllBytes(config), config.toString()).get("process");
        List<String> variables = new ArrayList<>();
        for (String variable : own.get("env").texts()) {
            if (!environment.containsKey(variable.substring(0, variable.indexOf('=')))) {
                variables.add(variable);
            }
        }
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        Map<String, Object> process = new LinkedHashMap<>(own.object());
        process.put("args", arguments);
        process.put("env", variables);
        return JsonText.write(process);
    }

    /**
     * Writes the configuration into a directory, which must be there; one that is there already is replaced, all or
     * nothing. It is not forced to the disk: after a crash of the host there is no container to go with it.
     */
    public static void write(Path directory, OciProcess process, OciContainer container) throws IOException {
        Path unfinished = directory.resolve(CONFIG + ".tmp");
        Files.deleteIfExists(unfinished);
        try {
            Files.createFile(
                    unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(unfinished, config(process, container), StandardOpenOption.WRITE);
            Files.move(unfinished, directory.resolve(CONFIG), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
