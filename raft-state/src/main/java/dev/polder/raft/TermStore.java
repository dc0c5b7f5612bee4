package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a member must never forget beside its log: its term, whom it voted for in that term, the members it began with,
 * and how far the log was known to be committed. One small file, replaced as a whole, durable before a call returns.
 *
 * <pre>
 *   0  "PLDRTERM"        8 bytes
 *   8  format version    u32
 *  12  checksum          u32   CRC32C of all other bytes
 *  16  length            u32   bytes behind this field
 *  20  term              u64
 *  28  committed index   u64   the log reached at least so far
 *  36  vote              u16 length, UTF-8; length 0 for none
 *      members           u16 count, then each: u16 length, UTF-8
 * </pre>
 *
 * <p>Owned by the log's thread. Any failure is final.
 */
final class TermStore {
    static final String FILE = "term";

    private static final long MAGIC = 0x504C_4452_5445_524DL;
    private static final int FORMAT_VERSION = 1;
    private static final int HEADER_BYTES = 20;
    private static final int FILE_BYTES_MAX = 1 << 20;

    private final Disk disk;
    private final List<String> members;
    private long term;
    private long committedIndex;
    private @Nullable String vote;
    private @Nullable IOException failure;

    private TermStore(Disk disk, long term, long committedIndex, @Nullable String vote, List<String> members) {
        this.disk = disk;
        this.term = term;
        this.committedIndex = committedIndex;
        this.vote = vote;
        this.members = List.copyOf(members);
    }

    static boolean exists(Disk disk) throws IOException {
        return disk.names().contains(FILE);
    }

    /** Begins with term 0 and no vote. The members are fixed from here on. */
    static TermStore create(Disk disk, List<String> members) throws IOException {
        TermStore store = new TermStore(disk, 0, 0, null, members);
        store.write(store.encode(0, null));
        return store;
    }

    /** Reads what was stored. Refuses a file with a single wrong bit: a forgotten vote elects two leaders. */
    static TermStore open(Disk disk) throws IOException {
        ByteBuffer bytes;
        try (DiskFile file = disk.open(FILE)) {
            bytes = ByteBuffer.allocate((int) Math.min(file.size(), FILE_BYTES_MAX));
            file.readFully(bytes, 0);
        }
        String problem = problem(bytes.flip());
        if (problem != null) {
            throw new IOException("term file " + disk.describe(FILE) + ": " + problem
                    + "; without it this member could vote twice in one term, so it does not start");
        }
        bytes.position(HEADER_BYTES);
        long term = bytes.getLong();
        long committedIndex = bytes.getLong();
        String vote = getString(bytes);
        List<String> members = new ArrayList<>();
        for (int count = Short.toUnsignedInt(bytes.getShort()); count > 0; count--) {
            members.add(getString(bytes));
        }
        return new TermStore(disk, term, committedIndex, vote.isEmpty() ? null : vote, members);
    }

    private static @Nullable String problem(ByteBuffer bytes) {
        if (bytes.limit() < HEADER_BYTES) {
            return "it has " + bytes.limit() + " bytes, the header alone has " + HEADER_BYTES;
        }
        if (bytes.getLong(0) != MAGIC) {
            return "it is no term file";
        }
        if (bytes.getInt(8) > FORMAT_VERSION) {
            return "format version is " + bytes.getInt(8) + ", this software knows up to " + FORMAT_VERSION;
        }
        if (bytes.getInt(16) != bytes.limit() - HEADER_BYTES) {
            return "it has " + (bytes.limit() - HEADER_BYTES) + " bytes behind the header, which says "
                    + bytes.getInt(16);
        }
        if (bytes.getInt(12) != checksum(bytes)) {
            return "the checksum does not fit";
        }
        return null;
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, 12));
        crc.update(bytes.slice(16, bytes.limit() - 16));
        return (int) crc.getValue();
    }

    long term() {
        return term;
    }

    /** Returns whom this member voted for in {@link #term}, or null if it has not voted. */
    @Nullable
    String vote() {
        return vote;
    }

    List<String> members() {
        return members;
    }

    /** Returns an index that the log is known to have committed, and made durable, on this disk. */
    long committedIndex() {
        return committedIndex;
    }

    /** Returns whether the vote of a term is still free. Of a term that is over it never is. */
    boolean mayVoteIn(long askedTerm) {
        return askedTerm == term && vote == null;
    }

    /** Returns whether a candidate has the vote of a term; if it asks again, it is granted again. */
    boolean votedFor(long askedTerm, String candidate) {
        return askedTerm == term && candidate.equals(vote);
    }

    /**
     * Enters a higher term, in which nobody was voted for yet. Returns whether it was higher; else nothing changes.
     *
     * @throws UncheckedIOException if that could not be made durable
     */
    boolean enter(long newTerm) {
        if (newTerm <= term) {
            return false;
        }
        change(newTerm, null);
        return true;
    }

    /**
     * Votes in the present term or, in one go with entering it, in a higher one.
     *
     * @throws IllegalStateException if the vote of that term is not free any more
     */
    void voteIn(long votingTerm, String candidate) {
        if (votedFor(votingTerm, candidate)) {
            return;
        }
        if (votingTerm <= term && !mayVoteIn(votingTerm)) {
            throw new IllegalStateException("the vote of term " + votingTerm + " is given, in term " + term + " to "
                    + vote + "; " + candidate + " cannot have it");
        }
        change(votingTerm, candidate);
    }

    /** Remembers how far the log is committed and durable. Goes to the disk with the next change, or {@link #store}. */
    void raiseCommitted(long index) {
        committedIndex = Math.max(committedIndex, index);
    }

    /** Makes everything durable as it is now. */
    void store() {
        change(term, vote);
    }

    /** What could not be made durable is not believed in memory either, or a vote would be granted that may be forgotten. */
    private void change(long newTerm, @Nullable String newVote) {
        IOException first = failure;
        if (first != null) {
            throw new UncheckedIOException("the term file failed before and is not used again", first);
        }
        try {
            write(encode(newTerm, newVote));
        } catch (IOException e) {
            failure = new IOException("term file " + disk.describe(FILE) + " failed, so this member stops: " + e, e);
            throw new UncheckedIOException(failure.getMessage(), failure);
        }
        term = newTerm;
        vote = newVote;
    }

    private void write(ByteBuffer bytes) throws IOException {
        String temporary = FILE + Disk.TEMPORARY;
        try (DiskFile file = disk.create(temporary)) {
            file.write(bytes, 0);
            file.force();
        }
        disk.rename(temporary, FILE);
        disk.sync();
    }

    private ByteBuffer encode(long newTerm, @Nullable String newVote) {
        String votedFor = newVote == null ? "" : newVote;
        int size = HEADER_BYTES + 2 * Long.BYTES + stringBytes(votedFor) + Short.BYTES;
        for (String member : members) {
            size += stringBytes(member);
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        bytes.putLong(MAGIC).putInt(FORMAT_VERSION).putInt(0).putInt(size - HEADER_BYTES);
        bytes.putLong(newTerm).putLong(committedIndex);
        putString(bytes, votedFor);
        bytes.putShort((short) members.size());
        for (String member : members) {
            putString(bytes, member);
        }
        bytes.flip();
        return bytes.putInt(12, checksum(bytes));
    }

    private static int stringBytes(String text) {
        return Short.BYTES + text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void putString(ByteBuffer bytes, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.putShort((short) utf8.length).put(utf8);
    }

    private static String getString(ByteBuffer bytes) {
        byte[] utf8 = new byte[Short.toUnsignedInt(bytes.getShort())];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
