package dev.polder.isolation.volume;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Volumes of drivers, mounted for the first container of this node that wants one and unmounted after the last.
 *
 * <pre>
 *  DIRECTORY/VOLUME/volume              its driver and name
 *  DIRECTORY/VOLUME/CONTAINER.NUMBER    a container uses it: there before it is mounted, until after it is unmounted
 * </pre>
 * Nothing else is kept, so a node that is killed finds on the disk whose volumes have to be unmounted. Notes need not outlive
 * the host, whose mounts end with it.
 */
final class ExternalVolumes {
    private static final String VOLUME = "volume";
    private static final int NAME_LENGTH_MAX = 256;
    private static final int LOCKS = 64;

    private final Path directory;
    private final VolumeDriver driver;
    /** Two containers with one volume wait for each other; others seldom do. */
    private final Object[] locks = new Object[LOCKS];

    ExternalVolumes(Path directory, VolumeDriver driver) {
        this.directory = directory;
        this.driver = driver;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    /** Returns where the volume is on this host. */
    Path mount(ContainerId id, int number, ContainerVolume.External volume) throws IOException {
        if (volume.name().isEmpty() || volume.name().length() > NAME_LENGTH_MAX) {
            throw new IOException(
                    "volume name '" + volume.name() + "': must have 1 to " + NAME_LENGTH_MAX + " characters");
        }
        Path notes = notes(volume.driver(), volume.name());
        synchronized (lock(notes)) {
            Files.createDirectories(notes);
            Path unfinished = notes.resolve("unfinished");
            Files.write(unfinished, JsonText.write(Map.of("driver", volume.driver(), "name", volume.name())));
            Files.move(unfinished, notes.resolve(VOLUME), StandardCopyOption.ATOMIC_MOVE);
            boolean isFirst = users(notes).isEmpty();
            Files.createFile(notes.resolve(id + "." + number));
            Optional<Path> mounted = isFirst ? Optional.empty() : driver.mounted(volume.driver(), volume.name());
            return mounted.isPresent() ? mounted.get() : driver.mount(volume.driver(), volume.name(), volume.options());
        }
    }

    /** Has everything unmounted that only this container used. */
    void release(ContainerId id) throws IOException {
        IOException failure = null;
        for (Path notes : list(directory)) {
            if (of(id, users(notes)).isEmpty()) {
                // nobody else notes this container's use, and whoever has the lock may be waiting for a driver
                continue;
            }
            synchronized (lock(notes)) {
                try {
                    release(id, notes);
                } catch (IOException e) {
                    if (failure == null) {
                        failure = e;
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void release(ContainerId id, Path notes) throws IOException {
        List<Path> users = users(notes);
        List<Path> own = of(id, users);
        if (own.size() == users.size()) {
            Path file = notes.resolve(VOLUME);
            JsonValue volume = JsonValue.parse(Files.readAllBytes(file), file.toString());
            driver.unmount(volume.get("driver").text(), volume.get("name").text());
        }
        for (Path note : own) {
            Files.delete(note);
        }
        if (own.size() == users.size()) {
            Files.delete(notes.resolve(VOLUME));
            Files.delete(notes);
        }
    }

    /** Returns the containers that use a volume. */
    Set<ContainerId> containers() throws IOException {
        Set<ContainerId> found = new HashSet<>();
        for (Path notes : list(directory)) {
            for (Path user : users(notes)) {
                String name = user.getFileName().toString();
                ContainerId.of(name.substring(0, name.indexOf('.'))).ifPresent(found::add);
            }
        }
        return found;
    }

    private static List<Path> of(ContainerId id, List<Path> users) {
        return users.stream()
                .filter(user -> user.getFileName().toString().startsWith(id + "."))
                .toList();
    }

    private static List<Path> users(Path notes) throws IOException {
        return list(notes).stream()
                .filter(file -> file.getFileName().toString().indexOf('.') > 0)
                .toList();
    }

    private static List<Path> list(Path where) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(where)) {
            files.forEach(found::add);
        } catch (NoSuchFileException none) {
            return List.of();
        }
        return found;
    }

    private Path notes(String of, String name) {
        String text = of + "\0" + name;
        return directory.resolve(
                UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString());
    }

    private Object lock(Path notes) {
        return locks[Math.floorMod(notes.getFileName().hashCode(), LOCKS)];
    }
}
