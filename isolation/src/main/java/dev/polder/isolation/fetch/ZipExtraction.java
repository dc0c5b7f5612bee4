package dev.polder.isolation.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Makes a tree of a zip. It is read by its directory, at its end, as only that knows modes and links. That directory is held
 * in memory, so it has a limit.
 */
final class ZipExtraction {
    /** Enough for some 150,000 entries with names of usual length. */
    static final int DIRECTORY_BYTES_MAX = 16 << 20;

    private static final int LINK_BYTES_MAX = 4096;
    private static final int FILE_MODE_DEFAULT = 0644;
    private static final int DIRECTORY_MODE_DEFAULT = 0755;

    private final Path file;
    private final ArchiveTree tree;
    private final ExtractLimits limits;
    private final long packedBytes;
    private long count;

    ZipExtraction(Path file, long packedBytes, ArchiveTree tree, ExtractLimits limits) {
        this.file = file;
        this.packedBytes = packedBytes;
        this.tree = tree;
        this.limits = limits;
    }

    void run() throws IOException {
        try (DirectoryReads channel = new DirectoryReads(FileChannel.open(file, StandardOpenOption.READ));
                ZipFile zip = open(channel)) {
            channel.isDirectoryRead = true;
            Enumeration<ZipArchiveEntry> entries = zip.getEntriesInPhysicalOrder();
            while (entries.hasMoreElements()) {
                write(zip, entries.nextElement());
            }
        }
    }

    private static ZipFile open(SeekableByteChannel channel) throws IOException {
        try {
            return ZipFile.builder()
                    .setSeekableByteChannel(channel)
                    .setCharset(StandardCharsets.UTF_8)
                    .setUseUnicodeExtraFields(true)
                    .setIgnoreLocalFileHeader(true)
                    .get();
        } catch (IOException | RuntimeException e) {
            throw UnpackedStream.broken(e);
        }
    }

    private void write(ZipFile zip, ZipArchiveEntry entry) throws IOException {
        EntryPath name = tree.next(entry.getName());
        // those of other systems have no mode
        int mode = entry.getPlatform() == ZipArchiveEntry.PLATFORM_UNIX ? entry.getUnixMode() : 0;
        if (entry.isDirectory()) {
            tree.directory(name, mode == 0 ? DIRECTORY_MODE_DEFAULT : mode);
            return;
        }
        try (InputStream content = content(zip, entry)) {
            if (entry.isUnixSymlink()) {
                byte[] target = content.readNBytes(LINK_BYTES_MAX);
                tree.symbolicLink(name, new String(target, StandardCharsets.UTF_8));
            } else {
                tree.file(name, mode == 0 ? FILE_MODE_DEFAULT : mode, modified(entry), content);
            }
        }
    }

    private static FileTime modified(ZipArchiveEntry entry) {
        long time = entry.getTime();
        return FileTime.fromMillis(Math.max(0, time));
    }

    private InputStream content(ZipFile zip, ZipArchiveEntry entry) throws IOException {
        InputStream in;
        try {
            in = zip.getInputStream(entry);
        } catch (IOException | RuntimeException e) {
            throw UnpackedStream.broken(e);
        }
        if (in == null) {
            throw new FetchException("the archive is broken: it does not hold what it lists");
        }
        return new Content(in, entry);
    }

    /** What one entry holds: counted, and as long as the archive says. */
    private final class Content extends InputStream {
        private final InputStream in;
        private final ZipArchiveEntry entry;
        private long own;

        Content(InputStream in, ZipArchiveEntry entry) {
            this.in = in;
            this.entry = entry;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read;
            try {
                read = in.read(bytes, offset, length);
            } catch (IOException | RuntimeException e) {
                throw UnpackedStream.broken(e);
            }
            if (read > 0) {
                own += read;
                count += read;
                limits.check(count, packedBytes);
            } else if (read < 0 && own != entry.getSize()) {
                throw new FetchException("the archive is broken or not whole: '"
                        + FetchRequest.masked(entry.getName()) + "' has " + own + " of " + entry.getSize()
                        + " bytes");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Counts what is read before the directory is in memory. */
    private static final class DirectoryReads implements SeekableByteChannel {
        private final FileChannel in;
        private boolean isDirectoryRead;
        private long count;

        DirectoryReads(FileChannel in) {
            this.in = in;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            int read = in.read(to);
            count += Math.max(read, 0);
            if (!isDirectoryRead && count > DIRECTORY_BYTES_MAX) {
                throw new FetchException(
                        "the archive's directory is longer than DIRECTORY_BYTES_MAX=" + DIRECTORY_BYTES_MAX + " bytes");
            }
            return read;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return in.write(from);
        }

        @Override
        public long position() throws IOException {
            return in.position();
        }

        @Override
        public SeekableByteChannel position(long position) throws IOException {
            in.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return in.size();
        }

        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            in.truncate(size);
            return this;
        }

        @Override
        public boolean isOpen() {
            return in.isOpen();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
