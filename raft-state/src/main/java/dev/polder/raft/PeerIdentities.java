package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The incarnation of each other member, as this one first saw it: a member that comes back with another has lost its
 * disk, and with it votes and entries that the others count on. One {@link CheckedFile}, durable before a call returns.
 *
 * <pre>
 *   0  header            "PLDRPEER", format version 1
 *  20  count             u16
 *      then each         member: u16 length, UTF-8; incarnation: u16 length, UTF-8
 * </pre>
 *
 * <p>No file means that no other member was met yet. Owned by the log's thread.
 */
final class PeerIdentities {
    static final String FILE = "peers";

    private static final long MAGIC = 0x504C_4452_5045_4552L;
    private static final int FORMAT_VERSION = 1;

    private final CheckedFile file;
    /** Bounded by the members: nobody else is remembered. */
    private final Map<String, String> incarnations;

    private PeerIdentities(CheckedFile file, Map<String, String> incarnations) {
        this.file = file;
        this.incarnations = incarnations;
    }

    /** @throws IOException if there is a file and it cannot be trusted */
    static PeerIdentities open(Disk disk) throws IOException {
        CheckedFile file = new CheckedFile(
                disk, FILE, MAGIC, FORMAT_VERSION, "without it this member could not tell a member that lost its disk");
        return new PeerIdentities(file, file.exists() ? file.read(PeerIdentities::decode) : new TreeMap<>());
    }

    private static Map<String, String> decode(ByteBuffer body) {
        Map<String, String> incarnations = new TreeMap<>();
        for (int count = Short.toUnsignedInt(body.getShort()); count > 0; count--) {
            String member = CheckedFile.getText(body);
            incarnations.put(member, CheckedFile.getText(body));
        }
        return incarnations;
    }

    /** Returns the incarnation under which a member is known; null if it was never met. */
    @Nullable
    String incarnation(String member) {
        return incarnations.get(member);
    }

    /**
     * Remembers a member from here on.
     *
     * @throws UncheckedIOException if that could not be made durable
     */
    void remember(String member, String incarnation) {
        if (incarnation.equals(incarnations.get(member))) {
            return;
        }
        incarnations.put(member, incarnation);
        try {
            file.write(encode());
        } catch (IOException e) {
            throw new UncheckedIOException(file.describe() + " failed, so this member stops: " + e, e);
        }
    }

    /** Each as {@code member/incarnation}, in the order of their names. */
    @Override
    public String toString() {
        return incarnations.entrySet().stream()
                .map(known -> known.getKey() + "/" + known.getValue())
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private ByteBuffer encode() {
        int size = Short.BYTES;
        for (Map.Entry<String, String> known : incarnations.entrySet()) {
            size += CheckedFile.textBytes(known.getKey()) + CheckedFile.textBytes(known.getValue());
        }
        ByteBuffer body = CheckedFile.body(size).putShort((short) incarnations.size());
        incarnations.forEach((member, incarnation) -> {
            CheckedFile.putText(body, member);
            CheckedFile.putText(body, incarnation);
        });
        return body;
    }
}
