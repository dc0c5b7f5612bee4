package dev.polder.isolation.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A sandbox that is measured. The thread that measures owns how often; any thread may ask what came of it. */
final class WatchedSandbox {
    static final long UNKNOWN = -1;

    private static final int SKIPPED_MAX = 64;

    private final Path path;
    private final OptionalLong bytesMax;
    private volatile long bytes = UNKNOWN;
    private boolean isSlow;
    private int skips;
    private int skipsLeft;

    WatchedSandbox(Path path, OptionalLong bytesMax) {
        this.path = path;
        this.bytesMax = bytesMax;
    }

    /** Returns what a note says; null if it was never finished, so that nothing was launched either. */
    static @Nullable WatchedSandbox read(Path note) throws IOException {
        String text = Files.readString(note, StandardCharsets.UTF_8);
        int first = text.indexOf('\n');
        if (first < 0 || !text.endsWith("\n") || text.length() < first + 2) {
            return null;
        }
        long limit = Long.parseLong(text.substring(0, first));
        return new WatchedSandbox(
                Path.of(text.substring(first + 1, text.length() - 1)),
                limit == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(limit));
    }

    /** Writes the note by which it is known after a restart. */
    void write(Path note) throws IOException {
        Files.writeString(note, bytesMax.orElse(UNKNOWN) + "\n" + path + "\n", StandardCharsets.UTF_8);
    }

    Path path() {
        return path;
    }

    OptionalLong bytesMax() {
        return bytesMax;
    }

    /** Returns what it takes of the disk, {@link #UNKNOWN} before it was measured. */
    long bytes() {
        return bytes;
    }

    /** It was measured. */
    void measured(long found, boolean inGoodTime) {
        bytes = found;
        isSlow = !inGoodTime;
        skips = 0;
    }

    /** It was not measured in time: from now on alone, and if that takes too long, too, more and more seldom. */
    void missed() {
        if (isSlow) {
            skips = Math.min(SKIPPED_MAX, Math.max(1, 2 * skips));
            skipsLeft = skips;
        }
        isSlow = true;
    }

    /** Is it to be measured alone, so that others need not wait for it? */
    boolean isSlow() {
        return isSlow;
    }

    /** Is it left out of this round? Asked once a round. */
    boolean isSkipped() {
        if (skipsLeft > 0) {
            skipsLeft--;
            return true;
        }
        return false;
    }
}
