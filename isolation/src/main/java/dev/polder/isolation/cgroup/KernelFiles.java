package dev.polder.isolation.cgroup;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The kernel of this host. Has no state. */
final class KernelFiles implements ControlFiles {
    /** A stream and not a channel: it opens in half the time and reads into the heap without a second buffer. */
    @Override
    public int read(Path file, byte[] into) throws IOException {
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            return in.readNBytes(into, 0, into.length);
        }
    }

    @Override
    public String text(Path file) throws IOException {
        // names of mounts may be anything, and readString refuses what is not UTF-8
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    @Override
    public void write(Path file, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        // neither created nor truncated: what is missing is to be an error
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int written = channel.write(bytes);
            if (bytes.hasRemaining()) {
                throw new IOException("the kernel took " + written + " bytes of '" + text + "'");
            }
        }
    }

    @Override
    public void makeGroup(Path directory) throws IOException {
        Files.createDirectory(directory);
    }

    @Override
    public void removeGroup(Path directory) throws IOException {
        Files.deleteIfExists(directory);
    }

    @Override
    public List<Path> nested(Path directory, int max) throws IOException {
        List<Path> found = new ArrayList<>();
        if (!hasNested(directory)) {
            return found;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (found.size() == max) {
                    break;
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(entry);
                }
            }
        } catch (NoSuchFileException absent) {
            // then there are none
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /**
     * A directory has two links of its own and one of each group in it. To list it instead, and to ask of each of its
     * forty files whether it is a group, takes twenty times as long.
     */
    private static boolean hasNested(Path directory) throws IOException {
        try {
            return (int) Files.getAttribute(directory, "unix:nlink") > 2;
        } catch (NoSuchFileException absent) {
            return false;
        }
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public boolean isWritable(Path file) {
        return Files.isWritable(file);
    }
}
