package dev.polder.isolation.runtime;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.Entrance;
import dev.polder.isolation.ShellText;
import dev.polder.isolation.oci.OciBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** {@code exec} of a runtime. What it is told is in a file, as arguments are shown to everybody on the host. */
final class RuntimeEntrance implements Entrance {
    /** The file is gone when the runtime starts; one whose command was never started goes with the bundle. */
    private static final String START = "exec 5<\"$0\" && rm -- \"$0\" && exec \"$@\"";

    private final List<String> runtime;
    private final Path bundle;
    private final ContainerId id;

    /** A way into a container of a bundle, by a runtime and its options. */
    RuntimeEntrance(List<String> runtime, Path bundle, ContainerId id) {
        this.runtime = runtime;
        this.bundle = bundle;
        this.id = id;
    }

    @Override
    public List<String> words(List<String> arguments, Map<String, String> environment) throws IOException {
        Path file = Files.createFile(
                bundle.resolve("exec-" + UUID.randomUUID() + ".json"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, OciBundle.process(bundle, arguments, environment), StandardOpenOption.WRITE);
        return Stream.of(
                        List.of(ShellText.SHELL, "-c", START, file.toString()),
                        runtime,
                        List.of("exec", "--process", "/dev/fd/5", id.toString()))
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public boolean joinsGroups() {
        return OciRuntime.isUnified();
    }
}
