package dev.polder.isolation.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/** Makes a tree of a tar: files, directories and links. Devices and pipes are refused. */
final class TarExtraction {
    private final UnpackedStream bytes;
    private final ArchiveTree tree;
    private final ExtractLimits limits;

    TarExtraction(UnpackedStream bytes, ArchiveTree tree, ExtractLimits limits) {
        this.bytes = bytes;
        this.tree = tree;
        this.limits = limits;
    }

    void run() throws IOException {
        long size = 0;
        try (TarArchiveInputStream tar = new TarArchiveInputStream(bytes, "UTF-8")) {
            TarArchiveEntry entry = next(tar);
            while (entry != null) {
                if (isRegular(entry)) {
                    // holes of a sparse file come from nowhere, and are written nevertheless
                    size += checkedSize(entry);
                    if (size > limits.bytesMax()) {
                        throw new FetchException(
                                "the archive unpacks to more than bytesMax=" + limits.bytesMax() + " bytes");
                    }
                }
                Content content = new Content(tar);
                write(entry, content, tar);
                content.skipRest();
                entry = next(tar);
            }
            // what follows the last entry is checked and counted, too
            bytes.transferTo(OutputStream.nullOutputStream());
        }
    }

    private long checkedSize(TarArchiveEntry entry) throws FetchException {
        long size = entry.getRealSize();
        if (size < 0 || size > limits.bytesMax()) {
            throw new FetchException("the archive's entry '" + FetchRequest.masked(entry.getName()) + "' has " + size
                    + " bytes, not 0 to bytesMax=" + limits.bytesMax());
        }
        return size;
    }

    private @Nullable TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
        bytes.beginHead();
        try {
            TarArchiveEntry entry = tar.getNextEntry();
            bytes.beginContent();
            if (entry != null && !entry.isCheckSumOK()) {
                throw new FetchException("the archive is not a tar: a head has another check sum than it says");
            }
            return entry;
        } catch (IOException | RuntimeException e) {
            throw UnpackedStream.broken(e);
        }
    }

    /** What a file holds; a failure to read it is not taken for one to write it. */
    private static final class Content extends FilterInputStream {
        private static final int CHUNK_BYTES = 8192;

        Content(TarArchiveInputStream tar) {
            super(tar);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return in.read(into, offset, length);
            } catch (IOException | RuntimeException e) {
                throw UnpackedStream.broken(e);
            }
        }

        /** So that all that is read for the next head is one. */
        void skipRest() throws IOException {
            byte[] chunk = new byte[CHUNK_BYTES];
            while (read(chunk, 0, chunk.length) >= 0) {
                // nobody wants it
            }
        }
    }

    private static boolean isRegular(TarArchiveEntry entry) {
        return switch (entry.getLinkFlag()) {
            case TarConstants.LF_OLDNORM, TarConstants.LF_NORMAL, TarConstants.LF_CONTIG -> !entry.isDirectory();
            case TarConstants.LF_GNUTYPE_SPARSE -> true;
            default -> false;
        };
    }

    private void write(TarArchiveEntry entry, InputStream content, TarArchiveInputStream tar) throws IOException {
        EntryPath name = tree.next(entry.getName());
        if (entry.isDirectory()) {
            tree.directory(name, entry.getMode());
        } else if (entry.isSymbolicLink()) {
            tree.symbolicLink(name, entry.getLinkName());
        } else if (entry.isLink()) {
            tree.hardLink(name, linked(name, entry.getLinkName()));
        } else if (isRegular(entry) && tar.canReadEntryData(entry)) {
            tree.file(name, entry.getMode(), modified(name, entry), content);
        } else {
            throw new FetchException("the archive's entry '" + name
                    + "' is neither a file nor a directory nor a link; devices and pipes are not made");
        }
    }

    private EntryPath linked(EntryPath name, String target) throws FetchException {
        try {
            return EntryPath.parse(target, limits.depthMax());
        } catch (FetchException e) {
            throw new FetchException("the archive's hard link '" + name + "' leads out: " + e.getMessage(), e);
        }
    }

    private static FileTime modified(EntryPath name, TarArchiveEntry entry) throws FetchException {
        try {
            return entry.getLastModifiedTime();
        } catch (ArithmeticException | DateTimeException e) {
            throw new FetchException("the archive's entry '" + name + "' has a time out of all range", e);
        }
    }
}
