package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where launches leave their files.
 *
 * @param data for sandboxes and images; empty for a temporary directory
 * @param runtime for the state of running containers
 */
record LaunchPlaces(Optional<Path> data, Path runtime) {
    private static final List<Path> IN_MEMORY = List.of(Path.of("/run"), Path.of("/dev/shm"));

    /** Returns a place in memory for the state, as runtimes have it in {@code /run}, unless another is named or there is none. */
    static LaunchPlaces of(Optional<Path> data, Optional<Path> runtime) throws IOException {
        Optional<Path> place = runtime.isPresent() ? runtime : inMemory();
        return place.isPresent() ? new LaunchPlaces(data, place.get()) : together(data);
    }

    private static Optional<Path> inMemory() throws IOException {
        for (Path place : IN_MEMORY) {
            if (Files.isWritable(place) && Files.getFileStore(place).type().equals("tmpfs")) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /** Returns one place for all, as a node has it that is not told otherwise. */
    static LaunchPlaces together(Optional<Path> data) {
        return new LaunchPlaces(data, data.orElse(Path.of(System.getProperty("java.io.tmpdir"))));
    }

    /** Opens directories there. */
    Open open() throws IOException {
        Work files = Work.temporary(data);
        try {
            return new Open(files, Work.temporary(Optional.of(runtime)));
        } catch (IOException e) {
            files.close();
            throw e;
        }
    }

    /** What is deleted when it is closed. */
    record Open(Work files, Work state) implements AutoCloseable {
        /** Makes directories for one way. */
        LaunchDirectories directories(String name) throws IOException {
            return new LaunchDirectories(
                    Files.createDirectory(files.directory().resolve(name)),
                    state.directory().resolve(name));
        }

        @Override
        public void close() throws IOException {
            try (files) {
                state.close();
            }
        }
    }
}
