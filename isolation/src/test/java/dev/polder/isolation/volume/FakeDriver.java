package dev.polder.isolation.volume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A driver in memory, which outlives nodes of a test. */
final class FakeDriver implements VolumeDriver {
    final List<String> calls = new ArrayList<>();
    final Set<String> mounted = new HashSet<>();
    String failure = "";

    @Override
    public synchronized Path mount(String driver, String name, Map<String, String> options) throws IOException {
        calls.add("mount " + driver + "/" + name + " " + options);
        fail();
        mounted.add(driver + "/" + name);
        return Path.of("/volumes", driver, name);
    }

    @Override
    public synchronized Optional<Path> mounted(String driver, String name) {
        return mounted.contains(driver + "/" + name)
                ? Optional.of(Path.of("/volumes", driver, name))
                : Optional.empty();
    }

    @Override
    public synchronized void unmount(String driver, String name) throws IOException {
        calls.add("unmount " + driver + "/" + name);
        fail();
        mounted.remove(driver + "/" + name);
    }

    private void fail() throws IOException {
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
    }
}
