package dev.polder.raft.history;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What the last process has left: one line beside the file of records, of which every change is on the disk before the
 * next step.
 *
 * <pre>
 *  history 1 records=65536 bytes=1024 STATE
 *
 *  new -------&gt; open -------&gt; clean CRC         a file is made; it is there; it is closed, and has this checksum
 *                 ^-------------'
 *  open (killed) --&gt; recovered --&gt; clean CRC    a second sudden end in a row, and the file is thrown away
 * </pre>
 */
final class StoreMark {
    /** What is true of the file of records. */
    enum State {
        NEW,
        OPEN,
        RECOVERED,
        CLEAN
    }

    /** What is written of a file; the checksum is that of a clean one, else 0. */
    record Read(State state, int checksum) {}

    private static final int FORMAT = 1;
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final Path file;
    private final String head;

    /** Names the mark of a file that has these sizes: another with other sizes is of no use, as it would keep them. */
    StoreMark(Path file, HistoryLimits limits) {
        this.file = file;
        head = "history " + FORMAT + " records=" + limits.recordsMax() + " bytes=" + limits.recordBytesMean() + " ";
    }

    /** Returns what is written, empty if it is nothing, of another format, of other sizes or no mark at all. */
    Optional<Read> read() throws IOException {
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!text.startsWith(head)) {
            return Optional.empty();
        }
        String[] words = text.substring(head.length()).split(" ", -1);
        for (State state : State.values()) {
            boolean clean = state == State.CLEAN;
            if (words[0].equals(state.name()) && words.length == (clean ? 2 : 1)) {
                return checksum(clean ? words[1] : "0").map(checksum -> new Read(state, checksum));
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> checksum(String text) {
        try {
            return Optional.of(Integer.parseUnsignedInt(text, 16));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    void write(State state) throws IOException {
        writeLine(head + state);
    }

    void writeClean(int checksum) throws IOException {
        writeLine(head + State.CLEAN + " " + Integer.toUnsignedString(checksum, 16));
    }

    private void writeLine(String line) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(StandardCharsets.ISO_8859_1.encode(line + "\n"));
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        if (POSIX) {
            try (FileChannel directory = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }
}
