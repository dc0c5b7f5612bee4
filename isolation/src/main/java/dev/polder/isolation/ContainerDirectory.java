package dev.polder.isolation;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one container, which together are its story. Has no state of its own.
 *
 * <p>The shim writes {@code pid} and {@code exit} with one {@code write} each, and what has not its last line break is
 * not there yet: a shell cannot rename a file without a process more. Two of the names are also fences: whoever makes
 * one first decides, and a launcher that gives a launch up does it by making the name, with a hard link to a complete
 * file, so that nobody ever sees a fence without its maker.
 */
record ContainerDirectory(Path path) {
    static final String INTENT = "intent";
    /** The fence before the shim forks; its own if it holds anything but {@link #CANCELLED}. */
    static final String STARTED = "started";
    /** The fence before the program is executed. */
    static final String PID = "pid";

    static final String EXIT = "exit";
    /** What went wrong when the process was contained; empty or absent if nothing did. */
    static final String TROUBLE = "trouble";

    static final String HOLD = "hold";

    private static final List<String> USUAL_AT_END = List.of(EXIT, TROUBLE, PID, STARTED);
    private static final String CANCELLED = "cancelled\n";
    private static final int TROUBLE_BYTES_MAX = 1_000;

    /**
     * The task's process and its parent, the shim.
     *
     * @param tick one at which both lived, in hundredths of a second of that boot's clock
     */
    record TaskProcess(long pid, long tick, long shim, String boot) {
        /** Refuses what cannot be a task's: to kill, 1, 0 and all below have other meanings than one process group. */
        TaskProcess {
            if (pid <= 1) {
                throw new IllegalArgumentException("process " + pid + " is not above 1");
            }
        }
    }

    /** Who was first at a fence. */
    enum Fence {
        OPEN,
        SHIM,
        CANCELLED
    }

    /** What the files say. {@code process} and {@code exit} are null while they are not written, or not complete. */
    record Story(
            Fence started,
            Fence pid,
            @Nullable TaskProcess process,
            @Nullable ExitStatus exit) {}

    /** Reads the files in the order opposite to that of their making, so that what is seen is never ahead of itself. */
    Story read() throws IOException {
        ExitStatus exit = parseExit(text(EXIT));
        String pid = text(PID);
        String started = text(STARTED);
        return new Story(fence(started), fence(pid), parsePid(pid), exit);
    }

    /** Returns the task's process; null while there is none, or nobody knows it. */
    @Nullable
    TaskProcess process() throws IOException {
        return parsePid(text(PID));
    }

    /** Sees to it that the shim never starts this task. Returns false if it has begun to. */
    boolean cancelStart() throws IOException {
        return cancel(STARTED);
    }

    /** Sees to it that the task's program is never executed. Returns false if its process has passed that point. */
    boolean cancelProgram() throws IOException {
        return cancel(PID);
    }

    private boolean cancel(String fence) throws IOException {
        Path cancelled = path.resolve("cancelled");
        Files.writeString(cancelled, CANCELLED);
        try {
            Files.createLink(path.resolve(fence), cancelled);
            return true;
        } catch (FileAlreadyExistsException theirs) {
            return fence(text(fence)) == Fence.CANCELLED;
        }
    }

    /** Makes the directory with its intent. The file is not forced to disk: after a power loss nobody reads it. */
    void create(byte[] intent, boolean hold) throws IOException {
        Files.createDirectory(path);
        Files.write(path.resolve(INTENT), intent, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (hold) {
            Files.createFile(path.resolve(HOLD));
        }
    }

    /** Was this container's intent ever written, and its deletion not begun? */
    boolean hasIntent() {
        return Files.exists(path.resolve(INTENT));
    }

    /** Has its end been written, or begun to be? */
    boolean hasExit() {
        return Files.exists(path.resolve(EXIT));
    }

    /** Deletes the directory and the files in it, the intent first; absent is as good as deleted. */
    void delete() throws IOException {
        Files.deleteIfExists(path.resolve(INTENT));
        // the usual way takes one call to the system for each, where Files makes two, and lists the directory before
        File directory = path.toFile();
        for (String name : USUAL_AT_END) {
            boolean unused = new File(directory, name).delete();
        }
        if (directory.delete()) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException absent) {
            return;
        }
        Files.deleteIfExists(path);
    }

    /** Returns why the process could not be contained, in the words of whoever tried. */
    String trouble() {
        try (InputStream words = Files.newInputStream(path.resolve(TROUBLE))) {
            return new String(words.readNBytes(TROUBLE_BYTES_MAX), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "why is not known: " + e.getMessage();
        }
    }

    private @Nullable String text(String name) throws IOException {
        try {
            return Files.readString(path.resolve(name), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    private static Fence fence(@Nullable String text) {
        if (text == null) {
            return Fence.OPEN;
        }
        return text.equals(CANCELLED) ? Fence.CANCELLED : Fence.SHIM;
    }

    /** {@code pid \n tick shim boot \n}; the shim itself needs the first line only. */
    static @Nullable TaskProcess parsePid(@Nullable String text) {
        if (text == null || !text.endsWith("\n")) {
            return null;
        }
        String[] words = text.strip().split("\\s", -1);
        if (words.length != 4) {
            return null;
        }
        try {
            return new TaskProcess(
                    Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]);
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }

    /** {@code exited N}, {@code signaled N} or {@code uncontained N}. */
    static @Nullable ExitStatus parseExit(@Nullable String text) {
        if (text == null || !text.endsWith("\n")) {
            return null;
        }
        String[] words = text.strip().split(" ", -1);
        if (words.length != 2) {
            return null;
        }
        return parseExit(words[0], words[1]);
    }

    static @Nullable ExitStatus parseExit(String kind, String number) {
        try {
            return switch (kind) {
                case "exited" -> new ExitStatus.Exited(Integer.parseInt(number));
                case "signaled" -> new ExitStatus.Signaled(Integer.parseInt(number));
                // why is in another file, for who tells it
                case "uncontained" -> new ExitStatus.NotContained("");
                default -> null;
            };
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }
}
