package dev.polder.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Wall time for people. */
final class WallTime {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private WallTime() {}

    /** Returns {@code 2026-11-25 10:30:00 UTC}. */
    static String text(long wallMs) {
        return FORMAT.format(Instant.ofEpochMilli(wallMs));
    }
}
