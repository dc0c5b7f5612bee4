package dev.polder.isolation.files;

import java.time.Duration;

/**
 * When sandboxes are deleted, and how much is done at once.
 *
 * @param delay how long a sandbox is kept after its task has ended, on an empty disk; 0 to {@link #DELAY_MAX}
 * @param headroomThousandths the part of the disk that is to stay free, 0 to 1000
 * @param turnEntriesMax how many files and directories are looked at or deleted in a turn, at least 1
 * @param turnTimeMax how long a turn lasts, but for the operation of the file system that it is in; more than 0
 */
public record CollectorSettings(Duration delay, int headroomThousandths, int turnEntriesMax, Duration turnTimeMax) {
    /** The longest delay. */
    public static final Duration DELAY_MAX = Duration.ofDays(36_500);

    /** Checks the numbers. */
    public CollectorSettings {
        if (delay.isNegative() || delay.compareTo(DELAY_MAX) > 0) {
            throw new IllegalArgumentException("delay " + delay + " is not in 0 to " + DELAY_MAX);
        }
        if (headroomThousandths < 0 || headroomThousandths > DiskUse.WHOLE) {
            throw new IllegalArgumentException("headroomThousandths " + headroomThousandths + " is not in 0 to 1000");
        }
        if (turnEntriesMax < 1) {
            throw new IllegalArgumentException("turnEntriesMax " + turnEntriesMax + " < 1");
        }
        if (turnTimeMax.isNegative() || turnTimeMax.isZero()) {
            throw new IllegalArgumentException("turnTimeMax " + turnTimeMax + " is not more than 0");
        }
    }

    /** Mesos's: a week, a tenth of the disk; 10,000 entries or 100 ms a turn. */
    public static CollectorSettings defaults() {
        return new CollectorSettings(Duration.ofDays(7), 100, 10_000, Duration.ofMillis(100));
    }

    /** Returns how old an ended sandbox may become: the delay times what is free beyond the headroom, in parts of the disk. */
    public Duration ageMax(DiskUse disk) {
        int free = Math.max(0, DiskUse.WHOLE - headroomThousandths - disk.thousandths());
        return delay.multipliedBy(free).dividedBy(DiskUse.WHOLE);
    }
}
