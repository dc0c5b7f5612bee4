package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.files.OutputRotation;
import dev.polder.isolation.files.OutputSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what running tasks write within bounds. Owned by the sandbox keeper's thread. */
final class SandboxOutput {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxOutput.class);

    private final Map<String, OutputRotation> rotations;
    /** From where on a file is kept, of those of which something was discarded. */
    private final Map<Path, Long> keptFrom = new HashMap<>();
    /** What could not be kept within bounds is told of once. */
    private final Set<Path> troubled = new HashSet<>();

    private SandboxOutput(Map<String, OutputRotation> rotations) {
        this.rotations = rotations;
    }

    /**
     * Opens it.
     *
     * @param work a directory that nobody else uses, on the file system of the sandboxes
     * @param bounds by the name of the file in each sandbox
     */
    static SandboxOutput open(Path work, Map<String, OutputSettings> bounds) throws IOException {
        Map<String, OutputRotation> rotations = new TreeMap<>();
        for (Map.Entry<String, OutputSettings> bound : bounds.entrySet()) {
            rotations.put(bound.getKey(), OutputRotation.open(work.resolve(bound.getKey()), bound.getValue()));
        }
        return new SandboxOutput(rotations);
    }

    /** Looks at the files of all these sandboxes. */
    void look(Map<ContainerId, Path> sandboxes) throws InterruptedException {
        for (Path sandbox : sandboxes.values()) {
            look(sandbox);
        }
    }

    /** Looks at the files of a sandbox once more, and forgets it. */
    void lookAtLast(Path sandbox) throws InterruptedException {
        look(sandbox);
        for (String name : rotations.keySet()) {
            keptFrom.remove(sandbox.resolve(name));
            troubled.remove(sandbox.resolve(name));
        }
    }

    private void look(Path sandbox) throws InterruptedException {
        for (Map.Entry<String, OutputRotation> rotation : rotations.entrySet()) {
            Path file = sandbox.resolve(rotation.getKey());
            try {
                long from = rotation.getValue().look(sandbox, rotation.getKey(), keptFrom.getOrDefault(file, 0L));
                if (from == 0) {
                    keptFrom.remove(file);
                } else {
                    keptFrom.put(file, from);
                }
            } catch (IOException | RuntimeException e) {
                if (troubled.add(file)) {
                    LOG.warn("output is not kept within bounds file={}", file, e);
                }
            }
        }
    }
}
