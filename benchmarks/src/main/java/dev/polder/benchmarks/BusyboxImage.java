package dev.polder.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** An image with busybox and nothing else, and the same as a tree. */
final class BusyboxImage {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final String PROGRAM = "bin/busybox";
    private static final String TRUE = "bin/true";
    private static final int EXECUTABLE = 0755;

    private BusyboxImage() {}

    /** Tells whether this host has what the image is made of. */
    static boolean canBeMade() {
        return Files.isExecutable(BUSYBOX);
    }

    /** Makes the tree in a directory, which is made, too. */
    static Path tree(Path directory) throws IOException {
        Files.createDirectories(directory.resolve(PROGRAM).resolveSibling("."));
        Files.copy(BUSYBOX.toRealPath(), directory.resolve(PROGRAM));
        Files.createSymbolicLink(directory.resolve(TRUE), Path.of("busybox"));
        return directory;
    }

    /** Makes a directory with the image in OCI's layout, whatever it is called. */
    static Path layout(Path directory) throws IOException {
        Path blobs = Files.createDirectories(directory.resolve("blobs/sha256"));
        byte[] tar = tar();
        String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : System.getProperty("os.arch");
        byte[] config = bytes("{\"os\":\"linux\",\"architecture\":\"" + arch
                + "\",\"config\":{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"true\"]},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" + digest(tar) + "\"]}}");
        byte[] manifest = bytes("{\"schemaVersion\":2,\"config\":"
                + descriptor("application/vnd.oci.image.config.v1+json", config) + ",\"layers\":["
                + descriptor("application/vnd.oci.image.layer.v1.tar", tar) + "]}");
        for (byte[] blob : new byte[][] {tar, config, manifest}) {
            Files.write(blobs.resolve(digest(blob).substring("sha256:".length())), blob);
        }
        Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        Files.write(
                directory.resolve("index.json"),
                bytes("{\"schemaVersion\":2,\"manifests\":["
                        + descriptor("application/vnd.oci.image.manifest.v1+json", manifest) + "]}"));
        return directory;
    }

    private static byte[] tar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            byte[] program = Files.readAllBytes(BUSYBOX.toRealPath());
            TarArchiveEntry file = new TarArchiveEntry(PROGRAM);
            file.setSize(program.length);
            file.setMode(EXECUTABLE);
            tar.putArchiveEntry(file);
            tar.write(program);
            tar.closeArchiveEntry();
            TarArchiveEntry link = new TarArchiveEntry(TRUE, TarConstants.LF_SYMLINK);
            link.setLinkName("busybox");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static String descriptor(String type, byte[] blob) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest(blob) + "\",\"size\":" + blob.length + "}";
    }

    private static String digest(byte[] blob) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(blob));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
