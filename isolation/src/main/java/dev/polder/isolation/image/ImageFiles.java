package dev.polder.isolation.image;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/** The files of an image that lies on this host, in a directory or in a tar. Names are relative, with slashes. */
interface ImageFiles extends Closeable {
    boolean has(String name);

    long size(String name) throws IOException;

    InputStream open(String name) throws IOException;

    /** Reads a small file whole. */
    default byte[] read(String name, int bytesMax) throws IOException {
        if (!has(name)) {
            throw new ImageException(this + " has no file " + name);
        }
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new ImageException(this + ": file " + name + " is larger than " + bytesMax + " bytes");
            }
            return bytes;
        }
    }

    /** Files below a directory. */
    record InDirectory(Path directory) implements ImageFiles {
        @Override
        public boolean has(String name) {
            return Files.isRegularFile(directory.resolve(name));
        }

        @Override
        public long size(String name) throws IOException {
            return Files.size(directory.resolve(name));
        }

        @Override
        public InputStream open(String name) throws IOException {
            return Files.newInputStream(directory.resolve(name));
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return directory.toString();
        }
    }

    /** Files in a tar that is not compressed, read where they lie. */
    final class InTar implements ImageFiles {
        private static final int LINKS_MAX = 8;

        private final Path file;
        private final TarFile tar;
        private final Map<String, TarArchiveEntry> entries = new HashMap<>();

        InTar(Path file) throws IOException {
            this.file = file;
            try (InputStream in = Files.newInputStream(file)) {
                String compression = LayerStream.compression(in.readNBytes(LayerStream.SNIFFED_BYTES));
                if (compression != null) {
                    throw new ImageException(file + " is compressed by " + compression + "; decompress it first");
                }
            }
            try {
                this.tar = new TarFile(file);
            } catch (IOException | IllegalArgumentException e) {
                throw new ImageException(file + " is not a tar: " + e.getMessage(), e);
            }
            for (TarArchiveEntry entry : tar.getEntries()) {
                entries.put(Path.of("/", entry.getName()).normalize().toString(), entry);
            }
        }

        @Override
        public boolean has(String name) {
            return find(name) != null;
        }

        /** Old archives hold a layer that several images have once, and links to it. */
        private @org.jspecify.annotations.Nullable TarArchiveEntry find(String name) {
            Path path = Path.of("/", name).normalize();
            for (int links = 0; links <= LINKS_MAX; links++) {
                TarArchiveEntry entry = entries.get(path.toString());
                if (entry == null || !(entry.isLink() || entry.isSymbolicLink())) {
                    return entry;
                }
                path = entry.isLink()
                        ? Path.of("/", entry.getLinkName()).normalize()
                        : path.resolveSibling(entry.getLinkName()).normalize();
            }
            return null;
        }

        private TarArchiveEntry entry(String name) throws ImageException {
            TarArchiveEntry entry = find(name);
            if (entry == null) {
                throw new ImageException(file + " has no file " + name);
            }
            return entry;
        }

        @Override
        public long size(String name) throws IOException {
            return entry(name).getSize();
        }

        @Override
        public InputStream open(String name) throws IOException {
            return tar.getInputStream(entry(name));
        }

        @Override
        public void close() throws IOException {
            tar.close();
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }
}
