package dev.polder.isolation.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Archives as a test wants them, also where no tool would write one. */
final class TestArchive {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    TestArchive() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    TestArchive file(String name, String content) {
        return file(name, content, 0644);
    }

    TestArchive file(String name, String content, int mode) {
        return entry(
                name, TarConstants.LF_NORMAL, content.getBytes(StandardCharsets.UTF_8), entry -> entry.setMode(mode));
    }

    TestArchive directory(String name, int mode) {
        return entry(name, TarConstants.LF_DIR, new byte[0], entry -> entry.setMode(mode));
    }

    TestArchive link(String name, String target) {
        return entry(name, TarConstants.LF_SYMLINK, new byte[0], entry -> entry.setLinkName(target));
    }

    TestArchive hardLink(String name, String target) {
        return entry(name, TarConstants.LF_LINK, new byte[0], entry -> entry.setLinkName(target));
    }

    TestArchive special(String name, byte kind) {
        return entry(name, kind, new byte[0], entry -> {
            entry.setDevMajor(1);
            entry.setDevMinor(3);
        });
    }

    /** Says in the way of GNU what the next entry is called. */
    TestArchive longName(int size) {
        byte[] name = new byte[size];
        Arrays.fill(name, (byte) 'n');
        return entry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, name, entry -> {});
    }

    private TestArchive entry(String name, byte kind, byte[] content, Consumer<TarArchiveEntry> set) {
        try {
            TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
            entry.setSize(content.length);
            set.accept(entry);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] tar() throws IOException {
        tar.close();
        return bytes.toByteArray();
    }

    byte[] gzip() throws IOException {
        return packed(tar(), GZIPOutputStream::new);
    }

    byte[] bzip2() throws IOException {
        return packed(tar(), BZip2CompressorOutputStream::new);
    }

    byte[] xz() throws IOException {
        return packed(tar(), out -> new XZOutputStream(out, new LZMA2Options(1)));
    }

    interface Packer {
        OutputStream open(OutputStream to) throws IOException;
    }

    static byte[] packed(byte[] content, Packer packer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = packer.open(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    interface ZipContent {
        void write(ZipArchiveOutputStream zip) throws IOException;
    }

    static byte[] zip(ZipContent content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            content.write(zip);
        }
        return bytes.toByteArray();
    }

    /** A mode is one with its file's kind, as in {@code 0120777} for a link. */
    static void add(ZipArchiveOutputStream zip, String name, int mode, byte[] content) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
    }

    static void add(ZipArchiveOutputStream zip, String name, String content) throws IOException {
        add(zip, name, 0100644, content.getBytes(StandardCharsets.UTF_8));
    }
}
