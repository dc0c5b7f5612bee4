package dev.polder.isolation.network;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import dev.polder.isolation.network.Attachment.AttachmentId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The attachments of this host, a file each, {@code CONTAINER.INTERFACE}. What stands under its name is whole and on disk:
 * it was written elsewhere, forced and renamed.
 *
 * <pre>
 *  polder-attachment 1 412 9d0e13b7     version, bytes after this line, their CRC-32C
 *  {"namespace":"/...","cniVersion":"1.0.0","configuration":{...},...}
 * </pre>
 */
final class AttachmentFiles {
    private static final String HEAD = "polder-attachment 1";
    private static final int FILE_BYTES_MAX = 16 << 20;
    private static final int ID_LENGTH = 36;

    private final Path directory;
    private final Path scratch;

    AttachmentFiles(Path directory, Path scratch) {
        this.directory = directory;
        this.scratch = scratch;
    }

    /** Notes an attachment; when this returns it is on disk. */
    void save(Attachment attachment) throws IOException {
        byte[] document = JsonText.write(attachment.document());
        byte[] head = head(document).getBytes(StandardCharsets.US_ASCII);
        Path fresh = scratch.resolve(UUID.randomUUID().toString());
        try (FileChannel file = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(head.length + document.length).put(head).put(document);
            bytes.flip();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
            Files.move(fresh, file(attachment.id()), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        force(directory);
    }

    /** Returns what was noted, null if nothing was. */
    @Nullable
    Attachment load(AttachmentId id) throws IOException {
        Path file = file(id);
        byte[] bytes;
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IOException(file + " has more than FILE_BYTES_MAX=" + FILE_BYTES_MAX + " bytes");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            return null;
        }
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        String head = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        if (!head.startsWith(HEAD + " ")) {
            throw new IOException(file + " begins with '" + head.substring(0, Math.min(head.length(), 40))
                    + "'; this Polder reads '" + HEAD + "'");
        }
        byte[] document = Arrays.copyOfRange(bytes, Math.min(end + 1, bytes.length), bytes.length);
        if (!head(document).equals(head + "\n")) {
            throw new IOException(file + " is damaged: its length or checksum is not what its first line says");
        }
        return Attachment.of(id, JsonValue.parse(document, file.toString()));
    }

    /** Forgets an attachment. If that is lost, it is detached once more, which does nothing. */
    void delete(AttachmentId id) throws IOException {
        Files.deleteIfExists(file(id));
    }

    /** Returns what is attached, or may be; a foreign file is refused, for nobody could say what it stands for. */
    List<AttachmentId> list() throws IOException {
        List<AttachmentId> ids = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                ids.add(id(file));
            }
        }
        ids.sort(Comparator.comparing((AttachmentId id) -> id.container().value())
                .thenComparing(AttachmentId::interfaceName));
        return ids;
    }

    private static AttachmentId id(Path file) throws IOException {
        String name = file.getFileName().toString();
        try {
            if (name.length() > ID_LENGTH && name.charAt(ID_LENGTH) == '.') {
                UUID container = UUID.fromString(name.substring(0, ID_LENGTH));
                return new AttachmentId(new ContainerId(container), name.substring(ID_LENGTH + 1));
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not the name of an attachment: " + e.getMessage(), e);
        }
        throw new IOException(file + " is not the name of an attachment");
    }

    private Path file(AttachmentId id) {
        return directory.resolve(id.container() + "." + id.interfaceName());
    }

    private static String head(byte[] document) {
        CRC32C sum = new CRC32C();
        sum.update(document);
        return String.format(Locale.ROOT, "%s %d %08x\n", HEAD, document.length, sum.getValue());
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
            opened.force(true);
        }
    }
}
