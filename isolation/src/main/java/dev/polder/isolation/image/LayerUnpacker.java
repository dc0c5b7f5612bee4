package dev.polder.isolation.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Makes a tree of a layer's tar. What it cannot make here it leaves out and says; what an image may not have it
 * refuses, and then the tree is for the caller to throw away.
 */
final class LayerUnpacker {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final String XATTR = "SCHILY.xattr.";

    private final UnpackLimits limits;
    private final LayerForm form;
    private final SpecialFiles specialFiles;
    private final boolean root;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    LayerUnpacker(UnpackLimits limits, LayerForm form, SpecialFiles specialFiles, boolean root) {
        this.limits = limits;
        this.form = form;
        this.specialFiles = specialFiles;
        this.root = root;
    }

    /**
     * What came of a layer.
     *
     * @param remarks what was left out, a sentence for each kind
     * @param bytes the size of its files together
     */
    record Unpacked(Whiteouts whiteouts, Set<String> remarks, long bytes) {}

    /**
     * Unpacks.
     *
     * @param packedBytes the length of the blob
     * @param diffId the name of the tar's bytes, null if nobody knows
     * @param tree does not exist yet
     */
    Unpacked unpack(InputStream blob, long packedBytes, @Nullable Digest diffId, Path tree) throws IOException {
        Set<String> remarks = new TreeSet<>();
        Digest known = diffId == null ? Digest.sha256(new byte[0]) : diffId;
        TreeWriter writer = new TreeWriter(tree, root, form, specialFiles);
        long size;
        try (LayerStream bytes = LayerStream.open(blob, packedBytes, limits, known.hash())) {
            size = readAll(bytes, writer, remarks);
            bytes.beginContent();
            while (bytes.read(buffer) >= 0) {
                // what follows the last entry counts too
            }
            Digest got = Digest.of(known.algorithm(), bytes.hashed());
            if (diffId != null && !got.equals(diffId)) {
                throw new ImageException(
                        "the layer unpacks to other bytes than its image says: " + got + " is not " + diffId);
            }
        }
        return new Unpacked(writer.finish(), remarks, size);
    }

    /** Returns the size of the files together. */
    private long readAll(LayerStream bytes, TreeWriter writer, Set<String> remarks) throws IOException {
        int entries = 0;
        long size = 0;
        try (TarArchiveInputStream tar = new TarArchiveInputStream(bytes.withoutClose(), "UTF-8")) {
            TarArchiveEntry entry = next(bytes, tar);
            while (entry != null) {
                entries++;
                if (entries > limits.entriesMax()) {
                    throw new ImageException("the layer has more than entriesMax=" + limits.entriesMax() + " entries");
                }
                if (isRegular(entry)) {
                    size = Math.addExact(size, checkedSize(entry));
                    if (size > limits.bytesMax()) {
                        throw new ImageException(
                                "the layer's files are larger than bytesMax=" + limits.bytesMax() + " together");
                    }
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while unpacking");
                }
                Content content = new Content(tar, bytes);
                write(entry, content, writer, remarks);
                while (content.read(buffer) >= 0) {
                    // the rest is read here, as content, so that all that next() reads is a head
                }
                entry = next(bytes, tar);
            }
        }
        return size;
    }

    private long checkedSize(TarArchiveEntry entry) throws ImageException {
        long size = entry.getRealSize();
        if (size < 0 || size > limits.bytesMax()) {
            throw new ImageException("entry '" + EntryName.parse(entry.getName(), limits.depthMax()) + "' has " + size
                    + " bytes, not 0 to bytesMax=" + limits.bytesMax());
        }
        return size;
    }

    private static @Nullable TarArchiveEntry next(LayerStream bytes, TarArchiveInputStream tar) throws IOException {
        bytes.beginHead();
        try {
            TarArchiveEntry entry = tar.getNextEntry();
            bytes.beginContent();
            if (entry != null && !entry.isCheckSumOK()) {
                throw new ImageException("the layer is not a tar: a head has another check sum than it says");
            }
            return entry;
        } catch (IOException e) {
            throw bytes.blame(e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ImageException("the layer is not a whole tar: " + e.getMessage(), e);
        }
    }

    /** What a file holds; a failure to read it is not taken for one to write it. */
    private static final class Content extends FilterInputStream {
        private final TarArchiveInputStream tar;
        private final LayerStream bytes;

        Content(TarArchiveInputStream tar, LayerStream bytes) {
            super(tar);
            this.tar = tar;
            this.bytes = bytes;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return tar.read(into, offset, length);
            } catch (IOException e) {
                throw bytes.blame(e);
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

    private void write(TarArchiveEntry entry, Content content, TreeWriter writer, Set<String> remarks)
            throws IOException {
        EntryName name = EntryName.parse(entry.getName(), limits.depthMax());
        if (name.isBookkeeping()) {
            return;
        }
        if (name.isOpaqueMark()) {
            writer.hideBelow(name.parent());
            return;
        }
        if (name.isWhiteout()) {
            writer.hide(name.hidden());
            return;
        }
        if (entry.getExtraPaxHeaders().keySet().stream().anyMatch(key -> key.startsWith(XATTR))) {
            remarks.add("extended attributes are left out");
        }
        FileAttributes attributes = attributes(name, entry);
        if (entry.isDirectory()) {
            writer.directory(name, attributes);
        } else if (entry.isSymbolicLink()) {
            writer.symbolicLink(name, attributes, entry.getLinkName());
        } else if (entry.isLink()) {
            EntryName target = EntryName.parse(entry.getLinkName(), limits.depthMax());
            if (target.isBookkeeping() || target.isWhiteout() || target.isOpaqueMark()) {
                throw new ImageException("hard link '" + name + "' leads to the whiteout '" + target + "'");
            }
            writer.hardLink(name, target);
        } else if (entry.isFIFO()) {
            writer.fifo(name, attributes);
        } else if (entry.isCharacterDevice() || entry.isBlockDevice()) {
            writeDevice(entry, name, attributes, writer, remarks);
        } else if (isRegular(entry)) {
            if (!content.tar.canReadEntryData(entry)) {
                throw new ImageException("entry '" + name + "' is sparse in a way that is not known here");
            }
            writer.file(name, attributes, content, buffer);
        } else {
            throw new ImageException("entry '" + name + "' is of no known kind: " + (entry.getLinkFlag() & 0xff));
        }
    }

    private void writeDevice(
            TarArchiveEntry entry, EntryName name, FileAttributes attributes, TreeWriter writer, Set<String> remarks)
            throws IOException {
        long major = entry.getDevMajor();
        long minor = entry.getDevMinor();
        if (entry.isCharacterDevice() && major == 0 && minor == 0) {
            throw new ImageException(
                    "entry '" + name + "' is a character device 0:0, which hides files by a back door");
        }
        if (!limits.devices()) {
            remarks.add("devices are left out, as was configured");
        } else if (!root) {
            remarks.add("devices are left out, as only root can make them");
        } else {
            writer.device(name, attributes, entry.isBlockDevice(), major, minor);
        }
    }

    private static FileAttributes attributes(EntryName name, TarArchiveEntry entry) throws ImageException {
        FileTime modified;
        try {
            modified = entry.getLastModifiedTime();
        } catch (ArithmeticException | java.time.DateTimeException e) {
            throw new ImageException("entry '" + name + "' has a time out of all range", e);
        }
        return FileAttributes.check(name, entry.getMode(), entry.getLongUserId(), entry.getLongGroupId(), modified);
    }
}
