package dev.polder.agent;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.files.CollectorSettings;
import dev.polder.isolation.files.OutputSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How an agent keeps its sandboxes within bounds.
 *
 * @param gcDelay how long a sandbox is kept after its task has ended, on an empty disk
 * @param gcDiskHeadroomThousandths the part of the disk that is to stay free
 * @param diskWatchInterval between two looks at the disk and what may go
 * @param maxStdoutSize the size of a segment of {@code stdout} in bytes, of which the last ten are kept; 0 to keep all
 * @param maxStderrSize the same of {@code stderr}
 * @param containerDiskWatchInterval between two looks at what each sandbox takes of the disk
 * @param enforceContainerDiskQuota whether a task that takes more than its {@code disk} is ended
 */
public record SandboxSettings(
        Duration gcDelay,
        int gcDiskHeadroomThousandths,
        Duration diskWatchInterval,
        long maxStdoutSize,
        long maxStderrSize,
        Duration containerDiskWatchInterval,
        boolean enforceContainerDiskQuota) {
    /** Mesos's, but what tasks write to their output is bounded: ten segments of 10 MiB. */
    public static final SandboxSettings DEFAULT = new SandboxSettings(
            CollectorSettings.defaults().delay(),
            CollectorSettings.defaults().headroomThousandths(),
            Duration.ofMinutes(1),
            OutputSettings.defaults().segmentBytes(),
            OutputSettings.defaults().segmentBytes(),
            Duration.ofSeconds(15),
            false);

    private static final Duration INTERVAL_MIN = Duration.ofMillis(10);

    /** Only that nothing is missing; see {@link #mistakes}. */
    public SandboxSettings {
        requireNonNull(gcDelay, "gcDelay");
        requireNonNull(diskWatchInterval, "diskWatchInterval");
        requireNonNull(containerDiskWatchInterval, "containerDiskWatchInterval");
    }

    /** Returns everything that is wrong; with mistakes no agent starts. */
    public List<String> mistakes() {
        List<String> mistakes = new ArrayList<>();
        check(mistakes, "gcDelay, gcDiskHeadroom", this::collecting);
        checkInterval(mistakes, "diskWatchInterval", diskWatchInterval);
        check(mistakes, "maxStdoutSize", () -> output(maxStdoutSize));
        check(mistakes, "maxStderrSize", () -> output(maxStderrSize));
        checkInterval(mistakes, "containerDiskWatchInterval", containerDiskWatchInterval);
        return mistakes;
    }

    private static void check(List<String> mistakes, String name, Supplier<?> made) {
        try {
            var unused = made.get();
        } catch (IllegalArgumentException e) {
            mistakes.add(name + ": " + e.getMessage());
        }
    }

    private static void checkInterval(List<String> mistakes, String name, Duration interval) {
        if (interval.compareTo(INTERVAL_MIN) < 0 || interval.compareTo(CollectorSettings.DELAY_MAX) > 0) {
            mistakes.add(name + " " + interval + ": " + INTERVAL_MIN + " to " + CollectorSettings.DELAY_MAX);
        }
    }

    private static Optional<OutputSettings> output(long segmentBytes) {
        return segmentBytes == 0
                ? Optional.empty()
                : Optional.of(new OutputSettings(
                        segmentBytes, OutputSettings.defaults().segments()));
    }

    /** Returns when sandboxes are deleted. */
    CollectorSettings collecting() {
        CollectorSettings usual = CollectorSettings.defaults();
        return new CollectorSettings(gcDelay, gcDiskHeadroomThousandths, usual.turnEntriesMax(), usual.turnTimeMax());
    }

    /** Returns how much is kept of what tasks write. */
    public OutputBounds outputs() {
        return new OutputBounds(output(maxStdoutSize), output(maxStderrSize));
    }

    /** The same with other times of keeping sandboxes. */
    public SandboxSettings withCollecting(Duration delay, int headroomThousandths, Duration watchInterval) {
        return new SandboxSettings(
                delay,
                headroomThousandths,
                watchInterval,
                maxStdoutSize,
                maxStderrSize,
                containerDiskWatchInterval,
                enforceContainerDiskQuota);
    }

    /** The same with other sizes of output. */
    public SandboxSettings withOutput(long stdoutSize, long stderrSize) {
        return new SandboxSettings(
                gcDelay,
                gcDiskHeadroomThousandths,
                diskWatchInterval,
                stdoutSize,
                stderrSize,
                containerDiskWatchInterval,
                enforceContainerDiskQuota);
    }

    /** The same with another watch of what each sandbox takes. */
    public SandboxSettings withContainerDisk(Duration watchInterval, boolean enforced) {
        return new SandboxSettings(
                gcDelay,
                gcDiskHeadroomThousandths,
                diskWatchInterval,
                maxStdoutSize,
                maxStderrSize,
                watchInterval,
                enforced);
    }
}
