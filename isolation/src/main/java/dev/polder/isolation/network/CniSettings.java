package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where networks are set up and how far plug-ins may go.
 *
 * @param configurationDirectory the operator's files, as {@link CniConfigurations} reads them
 * @param pluginDirectories where the programs are; the first that has a name counts
 * @param stateDirectory where attachments are noted, mode 0700; of one process at a time
 * @param callTimeout after which a plug-in is killed, above 0
 * @param outputBytesMax what a plug-in may print in one call, above 0; at more it is killed
 */
public record CniSettings(
        Path configurationDirectory,
        List<Path> pluginDirectories,
        Path stateDirectory,
        Duration callTimeout,
        int outputBytesMax) {
    /** Checks the values; paths become absolute. */
    public CniSettings {
        configurationDirectory = configurationDirectory.toAbsolutePath();
        pluginDirectories = pluginDirectories.stream().map(Path::toAbsolutePath).toList();
        stateDirectory = stateDirectory.toAbsolutePath();
        if (pluginDirectories.isEmpty()) {
            throw new IllegalArgumentException("pluginDirectories is empty; it must name at least one directory");
        }
        for (Path directory : pluginDirectories) {
            if (directory.toString().contains(":")) {
                throw new IllegalArgumentException(
                        "plug-in directory " + directory + " must not contain ':', which separates them in CNI_PATH");
            }
        }
        if (requireNonNull(callTimeout, "callTimeout").compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("callTimeout " + callTimeout + " must be at least 1 ms");
        }
        if (outputBytesMax < 1) {
            throw new IllegalArgumentException("outputBytesMax " + outputBytesMax + " must be above 0");
        }
    }

    /** Returns settings with a time limit of 60 s a call and 1 MiB of output. */
    public static CniSettings of(Path configurationDirectory, List<Path> pluginDirectories, Path stateDirectory) {
        return new CniSettings(
                configurationDirectory, pluginDirectories, stateDirectory, Duration.ofSeconds(60), 1 << 20);
    }

    /** Returns the same with another time limit. */
    public CniSettings withCallTimeout(Duration timeout) {
        return new CniSettings(configurationDirectory, pluginDirectories, stateDirectory, timeout, outputBytesMax);
    }

    /** Returns the same with another bound of the output. */
    public CniSettings withOutputBytesMax(int bytes) {
        return new CniSettings(configurationDirectory, pluginDirectories, stateDirectory, callTimeout, bytes);
    }
}
