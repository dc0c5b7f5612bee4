package dev.polder.http;

import io.netty.handler.codec.DateFormatter;
import java.util.Date;

/** The value of the {@code Date} header, made once a second. Any thread may ask. */
final class HttpDate {

    private record Made(long second, String text) {}

    private volatile Made made = new Made(Long.MIN_VALUE, "");

    /** The date and time now. */
    String text() {
        long second = System.currentTimeMillis() / 1000;
        Made last = made;
        if (last.second != second) {
            last = new Made(second, DateFormatter.format(new Date(second * 1000)));
            made = last;
        }
        return last.text;
    }
}
