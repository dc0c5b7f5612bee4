package dev.polder.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of the {@code Date} header, made once a second. Any thread may ask. */
final class HttpDate {

    /** Unlike the JDK's own RFC 1123 format, with two digits for the day, as HTTP wants it. */
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private record Made(long second, String text) {}

    private volatile Made made = new Made(Long.MIN_VALUE, "");

    /** The date and time now. */
    String text() {
        long second = System.currentTimeMillis() / 1000;
        Made last = made;
        if (last.second != second) {
            last = new Made(second, FORMAT.format(Instant.ofEpochSecond(second)));
            made = last;
        }
        return last.text;
    }
}
