package dev.polder.isolation.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** The tar of a layer, as a test wants it, also where no tool would write it. */
public final class TestLayer {
    static final FileTime MODIFIED = FileTime.fromMillis(1_234_567_890_000L);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    public TestLayer() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    TestLayer gnuLongNames() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
        return this;
    }

    public TestLayer file(String name, String content) {
        return file(name, content, 0644);
    }

    TestLayer file(String name, String content, int mode) {
        return file(name, content.getBytes(StandardCharsets.UTF_8), mode);
    }

    public TestLayer file(String name, byte[] content, int mode) {
        return entry(name, TarConstants.LF_NORMAL, content, entry -> entry.setMode(mode));
    }

    public TestLayer directory(String name) {
        return directory(name, 0755);
    }

    TestLayer directory(String name, int mode) {
        return entry(name, TarConstants.LF_DIR, new byte[0], entry -> entry.setMode(mode));
    }

    public TestLayer link(String name, String target) {
        return entry(name, TarConstants.LF_SYMLINK, new byte[0], entry -> entry.setLinkName(target));
    }

    TestLayer hardLink(String name, String target) {
        return entry(name, TarConstants.LF_LINK, new byte[0], entry -> entry.setLinkName(target));
    }

    TestLayer fifo(String name) {
        return entry(name, TarConstants.LF_FIFO, new byte[0], entry -> entry.setMode(0600));
    }

    TestLayer device(String name, byte kind, int major, int minor) {
        return entry(name, kind, new byte[0], entry -> {
            entry.setMode(0620);
            entry.setDevMajor(major);
            entry.setDevMinor(minor);
        });
    }

    TestLayer whiteout(String directory, String name) {
        return file((directory.isEmpty() ? "" : directory + "/") + ".wh." + name, "");
    }

    TestLayer opaque(String directory) {
        return file((directory.isEmpty() ? "" : directory + "/") + ".wh..wh..opq", "");
    }

    /** Says more of the next entry, also what the writer of tars would say by itself or not at all. */
    TestLayer records(String... namesAndValues) {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String record = " " + namesAndValues[i] + "=" + namesAndValues[i + 1] + "\n";
            int length = record.length();
            while (Integer.toString(length).length() + record.length() != length) {
                length = Integer.toString(length).length() + record.length();
            }
            records.append(length).append(record);
        }
        byte[] content = records.toString().getBytes(StandardCharsets.UTF_8);
        return entry("records", TarConstants.LF_PAX_EXTENDED_HEADER_LC, content, entry -> {});
    }

    TestLayer entry(String name, byte kind, byte[] content, Consumer<TarArchiveEntry> more) {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
        entry.setSize(content.length);
        entry.setModTime(MODIFIED);
        entry.setMode(0755);
        more.accept(entry);
        try {
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    byte[] tar() {
        try {
            tar.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The same without the two blocks of zeros at its end, as umoci leaves them out. */
    byte[] tarWithoutEnd() {
        byte[] whole = tar();
        int end = whole.length;
        while (end > 512 && isZero(whole, end - 512)) {
            end -= 512;
        }
        return Arrays.copyOf(whole, end);
    }

    private static boolean isZero(byte[] bytes, int from) {
        for (int i = from; i < from + 512; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    byte[] gzip() {
        return gzip(tar());
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            new ByteArrayInputStream(bytes).transferTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
