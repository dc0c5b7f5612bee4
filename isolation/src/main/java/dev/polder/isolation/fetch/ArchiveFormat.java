package dev.polder.isolation.fetch;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is unpacked, known by the end of a file's name as in Mesos. */
enum ArchiveFormat {
    TAR("tar"),
    TAR_GZIP("tgz|tar\\.gz"),
    TAR_BZIP2("tbz2|tar\\.bz2"),
    TAR_XZ("txz|tar\\.xz"),
    ZIP("zip"),
    /** One file, compressed. */
    GZIP("gz");

    private final Pattern end;

    ArchiveFormat(String ends) {
        this.end = Pattern.compile("\\.(?:" + ends + ")\\z");
    }

    /** Returns the format of a file of that name; null if it is no archive. */
    static @Nullable ArchiveFormat of(String name) {
        for (ArchiveFormat format : values()) {
            if (format.end.matcher(name).find()) {
                return format;
            }
        }
        return null;
    }
}
