package dev.polder.agent;

import dev.polder.isolation.files.OutputRotation;
import dev.polder.isolation.files.OutputSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How much is kept of what tasks write, by the name of the file in the sandbox. Immutable. */
public final class OutputBounds {
    /** Everything is kept. */
    public static final OutputBounds NONE = new OutputBounds(Map.of());

    private final Map<String, OutputSettings> bounds;

    private OutputBounds(Map<String, OutputSettings> bounds) {
        this.bounds = bounds;
    }

    OutputBounds(Optional<OutputSettings> stdout, Optional<OutputSettings> stderr) {
        this(new TreeMap<>());
        stdout.ifPresent(settings -> bounds.put("stdout", settings));
        stderr.ifPresent(settings -> bounds.put("stderr", settings));
    }

    /** Returns the same where this host can do it; where it cannot, all is kept. */
    public OutputBounds ifPossible() {
        return OutputRotation.isPossible() ? this : NONE;
    }

    Map<String, OutputSettings> byName() {
        return bounds;
    }

    /**
     * Returns from which offset on a file is kept.
     *
     * @param names lead to it from the sandbox
     */
    long keptFrom(List<String> names, long sizeBytes) {
        OutputSettings settings = names.size() == 1 ? bounds.get(names.get(0)) : null;
        return settings == null ? 0 : settings.keptFrom(sizeBytes);
    }
}
