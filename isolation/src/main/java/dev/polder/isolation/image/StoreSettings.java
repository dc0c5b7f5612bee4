package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What a store is opened with. Immutable.
 *
 * @param directory where everything is; one store at a time has it, and nobody else writes there
 * @param source where missing images come from
 * @param platform what images must run on
 * @param backend how layers become one tree; absent for overlay where a trial works, and copies elsewhere
 * @param packedBytesMax the largest layer that is fetched, as it comes
 * @param headroomThousandths how much of the disk is to be free, in thousandths, before unused images must go
 * @param bytesMax how large the files of all layers may be together before unused images must go; those in use stay
 * @param excluded images that stay though nobody uses them
 */
public record StoreSettings(
        Path directory,
        ImageSource source,
        Platform platform,
        Optional<Backend> backend,
        UnpackLimits limits,
        long packedBytesMax,
        int headroomThousandths,
        long bytesMax,
        Set<ImageReference> excluded) {

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if the directory is not absolute or a number is out of its range
     */
    public StoreSettings {
        requireNonNull(source, "source");
        requireNonNull(platform, "platform");
        requireNonNull(backend, "backend");
        requireNonNull(limits, "limits");
        excluded = Set.copyOf(excluded);
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("directory " + directory + " is not absolute");
        }
        if (packedBytesMax < 1) {
            throw new IllegalArgumentException("packedBytesMax=" + packedBytesMax + " is not positive");
        }
        if (bytesMax < 0) {
            throw new IllegalArgumentException("bytesMax=" + bytesMax + " is negative");
        }
        if (headroomThousandths < 0 || headroomThousandths > 1000) {
            throw new IllegalArgumentException("headroomThousandths=" + headroomThousandths + " is not 0 to 1000");
        }
    }

    /**
     * Returns the defaults: this host's platform, the best backend, layers of 10 GiB, a tenth of the disk free and no
     * other bound.
     */
    public static StoreSettings of(Path directory, ImageSource source) {
        return new StoreSettings(
                directory,
                source,
                Platform.ofThisHost(),
                Optional.empty(),
                UnpackLimits.defaults(),
                10L << 30,
                100,
                Long.MAX_VALUE,
                Set.of());
    }

    /** Returns these with a backend that must work. */
    public StoreSettings withBackend(Backend chosen) {
        return new StoreSettings(
                directory,
                source,
                platform,
                Optional.of(chosen),
                limits,
                packedBytesMax,
                headroomThousandths,
                bytesMax,
                excluded);
    }

    /** Returns these for images of another platform. */
    public StoreSettings withPlatform(Platform other) {
        return new StoreSettings(
                directory, source, other, backend, limits, packedBytesMax, headroomThousandths, bytesMax, excluded);
    }

    /** Returns these with other limits to what a layer may become. */
    public StoreSettings withLimits(UnpackLimits other) {
        return new StoreSettings(
                directory, source, platform, backend, other, packedBytesMax, headroomThousandths, bytesMax, excluded);
    }

    /** Returns these with another largest layer. */
    public StoreSettings withPackedBytesMax(long bytes) {
        return new StoreSettings(
                directory, source, platform, backend, limits, bytes, headroomThousandths, bytesMax, excluded);
    }

    /** Returns these with other rules for throwing images away. */
    public StoreSettings withCollection(int headroomThousandths, Set<ImageReference> excluded) {
        return new StoreSettings(
                directory, source, platform, backend, limits, packedBytesMax, headroomThousandths, bytesMax, excluded);
    }

    /** Returns these with another bound to all layers together. */
    public StoreSettings withBytesMax(long bytes) {
        return new StoreSettings(
                directory, source, platform, backend, limits, packedBytesMax, headroomThousandths, bytes, excluded);
    }
}
