package dev.polder.isolation;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The durable list of what may have been launched, and in which boot of the host. An id stands here before its task
 * can start; one forced write serves a whole batch, where a file for each would cost a journal commit of the file
 * system each. Owned by one thread.
 *
 * <pre>
 *  4c1f22aa polder-launches 1     each line: CRC-32C of the rest, the rest
 *  9d0e13b7 boot ID               the boot of the lines that follow
 *  01c3a5f2 launch ID
 *  77ab0e91 forget ID             not forced: if it is lost, the container is recovered once more
 * </pre>
 * Then zeros, written ahead so that a forced write changes no metadata. A torn end is what was never forced, so never
 * acted upon, and is cut off when the log is opened. Version 1 is the only one; another is refused.
 */
final class IntentLog implements Closeable {
    static final String FILE = "launches";

    private static final String HEAD = "polder-launches 1";
    private static final int AHEAD_BYTES = 64 * 1024;
    /** Beyond this size the log is written anew if most of it is about the forgotten. */
    private static final int COMPACT_BYTES = 1 << 20;

    private static final int LINE_BYTES = 53;

    private final Path file;
    private final String boot;
    private final Map<ContainerId, String> boots;
    private FileChannel channel;
    private long position;
    private long zeroedTo;
    /** A forced write has failed, so what the file holds is not known, and what is written next may be lost too. */
    private boolean doubtful;

    private IntentLog(Path file, String boot, Map<ContainerId, String> boots) throws IOException {
        this.file = file;
        this.boot = boot;
        this.boots = boots;
        this.channel = writeAnew();
    }

    /** Opens the log and begins this boot's part of it. */
    static IntentLog open(Path directory, String boot) throws IOException {
        Path file = directory.resolve(FILE);
        return new IntentLog(file, boot, read(file));
    }

    /** Returns the containers that were launched and not forgotten, each with the boot in which it was launched. */
    Map<ContainerId, String> boots() {
        return Map.copyOf(boots);
    }

    /** Adds containers of this boot; when this returns they are on disk, when it fails none of them may be launched. */
    void launch(Collection<ContainerId> ids) throws IOException {
        StringBuilder lines = new StringBuilder();
        ids.forEach(id -> lines.append(line("launch " + id)));
        if (doubtful) {
            replace();
        }
        try {
            write(lines);
            channel.force(false);
        } catch (IOException e) {
            doubtful = true;
            throw e;
        }
        ids.forEach(id -> boots.put(id, boot));
    }

    void forget(ContainerId id) throws IOException {
        if (boots.remove(id) == null) {
            return;
        }
        write(line("forget " + id));
        if (position > COMPACT_BYTES && position / 2 > (long) boots.size() * LINE_BYTES) {
            replace();
        }
    }

    private void replace() throws IOException {
        FileChannel former = channel;
        channel = writeAnew();
        doubtful = false;
        former.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void write(CharSequence lines) throws IOException {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(lines.toString());
        long end = position + bytes.remaining();
        if (end >= zeroedTo) {
            zeroedTo = end + AHEAD_BYTES;
            writeFully(channel, ByteBuffer.allocate(Math.toIntExact(zeroedTo - position)), position);
        }
        writeFully(channel, bytes, position);
        position = end;
    }

    private FileChannel writeAnew() throws IOException {
        StringBuilder lines = new StringBuilder(line(HEAD));
        String said = "";
        for (Map.Entry<ContainerId, String> entry : boots.entrySet()) {
            if (!entry.getValue().equals(said)) {
                said = entry.getValue();
                lines.append(line("boot " + said));
            }
            lines.append(line("launch " + entry.getKey()));
        }
        lines.append(line("boot " + boot));
        Path fresh = file.resolveSibling(FILE + ".new");
        FileChannel written = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(lines.toString());
            position = bytes.remaining();
            zeroedTo = position + AHEAD_BYTES;
            writeFully(written, bytes, 0);
            writeFully(written, ByteBuffer.allocate(AHEAD_BYTES), position);
            written.force(true);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            forceDirectory(file);
            return written;
        } catch (IOException e) {
            written.close();
            throw e;
        }
    }

    private static void forceDirectory(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static void writeFully(FileChannel to, ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            at += to.write(bytes, at);
        }
    }

    static String line(String text) {
        return HexFormat.of().toHexDigits(sum(text)) + " " + text + "\n";
    }

    private static int sum(String text) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(StandardCharsets.US_ASCII));
        return (int) sum.getValue();
    }

    private static Map<ContainerId, String> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
        } catch (NoSuchFileException absent) {
            return new LinkedHashMap<>();
        }
        Map<ContainerId, String> boots = new LinkedHashMap<>();
        String boot = HostProcesses.BOOT_UNKNOWN;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.length() < 9 || !line.equals(line(line.substring(9)).stripTrailing())) {
                if (i == 0) {
                    throw new IOException(file + " does not begin with a whole line, so it is not a log of launches");
                }
                return boots;
            }
            String[] words = line.substring(9).split(" ", 2);
            switch (words[0]) {
                case "polder-launches" -> checkVersion(file, words);
                case "boot" -> boot = words[1];
                case "launch" -> boots.put(ContainerId.parse(words[1]), boot);
                case "forget" -> boots.remove(ContainerId.parse(words[1]));
                default -> throw new IOException(file + ", line " + (i + 1) + ": unknown kind '" + words[0] + "'");
            }
        }
        return boots;
    }

    private static void checkVersion(Path file, String[] words) throws IOException {
        if (!(words[0] + " " + words[1]).equals(HEAD)) {
            throw new IOException(file + " has version " + words[1] + "; this Polder reads version 1");
        }
    }
}
