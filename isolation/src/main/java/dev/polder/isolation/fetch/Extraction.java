package dev.polder.isolation.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** Makes a tree of an archive, in a place that nobody else can enter. */
final class Extraction {
    private static final int BUFFER_BYTES = 64 * 1024;
    /** What the strongest setting of xz takes is 65 MiB. */
    private static final int XZ_KIB_MAX = 96 * 1024;

    private static final int FILE_MODE = 0644;

    private Extraction() {}

    /**
     * Unpacks.
     *
     * @param name the archive's own, by which a compressed file gets its name
     * @param tree does not exist yet
     * @throws FetchException if it is broken, not whole, or wants what it may not have
     */
    static void run(Path archive, ArchiveFormat format, String name, Path tree, ExtractLimits limits)
            throws IOException {
        long packedBytes = Files.size(archive);
        ArchiveTree made = new ArchiveTree(tree, limits);
        if (format == ArchiveFormat.ZIP) {
            new ZipExtraction(archive, packedBytes, made, limits).run();
            return;
        }
        try (InputStream packed = new BufferedInputStream(Files.newInputStream(archive), BUFFER_BYTES);
                UnpackedStream bytes = new UnpackedStream(decompress(packed, format), limits, packedBytes)) {
            if (format == ArchiveFormat.GZIP) {
                String last = name.substring(name.lastIndexOf('/') + 1);
                made.file(
                        made.next(last.substring(0, last.length() - ".gz".length())),
                        FILE_MODE,
                        FileTime.fromMillis(System.currentTimeMillis()),
                        bytes);
            } else {
                new TarExtraction(bytes, made, limits).run();
            }
        }
    }

    private static InputStream decompress(InputStream packed, ArchiveFormat format) throws FetchException {
        try {
            return switch (format) {
                case TAR_GZIP, GZIP -> new GZIPInputStream(packed, BUFFER_BYTES);
                case TAR_BZIP2 -> new BZip2CompressorInputStream(packed, true);
                case TAR_XZ -> new XZInputStream(packed, XZ_KIB_MAX);
                case TAR, ZIP -> packed;
            };
        } catch (IOException | RuntimeException e) {
            throw UnpackedStream.broken(e);
        }
    }
}
