package dev.polder.isolation.files;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.HostPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the files that tasks write to within bounds, while they write: the oldest segments are given back to the disk, in
 * place, as holes. Owned by one thread, which looks at each file at intervals.
 *
 * <pre>
 *  offset  0          keptFrom                       size
 *          | a hole   | segment | segment | being written
 * </pre>
 * Nothing that is kept is ever copied, moved or missing: the writer goes on at the end of the same file, and offsets mean
 * the same for ever. So there is nothing to recover: what was discarded is discarded, and to do it twice changes nothing.
 * Nothing is done to a file that has not outgrown what is kept. See {@code docs/decisions/output.md}.
 *
 * <p>A file may grow beyond the bound by what is written between two looks. Needs Linux, {@code fallocate}, and a file system
 * that has holes; elsewhere files grow, and each look says why.
 */
public final class OutputRotation {
    private static final String PROGRAM = "fallocate";
    private static final long PROGRAM_SECONDS_MAX = 30;
    private static final int WORDS_BYTES_MAX = 512;

    private final Path link;
    private final OutputSettings settings;

    private OutputRotation(Path link, OutputSettings settings) {
        this.link = link;
        this.settings = settings;
    }

    /**
     * Opens it.
     *
     * @param work a directory of its own that nobody else may enter, on the file system of the sandboxes; is made if it is
     *     missing
     */
    public static OutputRotation open(Path work, OutputSettings settings) throws IOException {
        requireNonNull(settings, "settings");
        Files.createDirectories(work);
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwx------"));
        Path link = work.resolve("output");
        // a crash may have left it
        Files.deleteIfExists(link);
        return new OutputRotation(link, settings);
    }

    /** Tells whether this host has the program that it needs; whether the file system has holes is seen at the first look. */
    public static boolean isPossible() {
        return HostPrograms.find(PROGRAM).isPresent();
    }

    /**
     * Looks at a file, and discards what is no longer kept. Blocks for the disk, and for a process if there is something to
     * discard.
     *
     * @param sandbox trusted up to itself; what is in it is not
     * @param name one name, as {@code stdout}; nothing happens if there is none yet
     * @param keptFrom what the last look at this file returned; 0 at first
     * @return from which offset on the file is kept
     * @throws IOException if nothing could be discarded; says why. The next look tries again.
     * @throws InterruptedException if the thread is interrupted; nothing is left running
     */
    public long look(Path sandbox, String name, long keptFrom) throws IOException, InterruptedException {
        try (OpenDirectory directory = OpenDirectory.open(sandbox)) {
            PosixFileAttributes found = directory.attributes(name);
            long bytes = settings.keptFrom(found.size());
            if (bytes > keptFrom) {
                discard(sandbox.resolve(name), found, directory.attributes().owner(), bytes);
            }
            // less if the task has made the file anew
            return bytes;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * The program opens the file by a name of ours: what the task puts in its place is not opened. To give a file a second
     * name follows no link.
     */
    private void discard(Path file, PosixFileAttributes found, UserPrincipal owner, long bytes)
            throws IOException, InterruptedException {
        if (!found.isRegularFile() || !found.owner().equals(owner)) {
            throw new IOException(
                    file + " is not kept within bounds: it is no file of " + owner + "'s, whose sandbox it is in");
        }
        try {
            Files.createLink(link, file);
        } catch (IOException e) {
            throw new IOException(file + " is not kept within bounds, as it gets no second name: " + e, e);
        }
        try {
            PosixFileAttributes linked =
                    Files.readAttributes(link, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!requireNonNull(linked.fileKey(), "fileKey").equals(found.fileKey())) {
                throw new OpenDirectory.LinkException(file);
            }
            punch(file, bytes);
        } finally {
            Files.delete(link);
        }
    }

    private void punch(Path named, long bytes) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        HostPrograms.need(PROGRAM, "keep output within bounds").toString(),
                        "--punch-hole",
                        "--offset",
                        "0",
                        "--length",
                        Long.toString(bytes),
                        link.toString())
                .redirectErrorStream(true)
                .start();
        try (InputStream said = process.getInputStream()) {
            process.getOutputStream().close();
            if (!process.waitFor(PROGRAM_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException("fallocate has not ended after " + PROGRAM_SECONDS_MAX + " s, and is killed");
            }
            if (process.exitValue() != 0) {
                throw new IOException(named + " is not kept within bounds: "
                        + new String(said.readNBytes(WORDS_BYTES_MAX), StandardCharsets.UTF_8).strip());
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
