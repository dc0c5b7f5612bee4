package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member must never forget beside its log: its term, whom it voted for in that term, who it is and the members it
 * began with, and how far the log was known to be committed. One {@link CheckedFile}, durable before a call returns.
 *
 * <pre>
 *   0  header            "PLDRTERM", format version 2
 *  20  term              u64
 *  28  committed index   u64   the log reached at least so far
 *  36  vote              u16 length, UTF-8; length 0 for none
 *      members           u16 count, then each: u16 length, UTF-8
 *      self              u16 length, UTF-8; whose file this is; not in version 1
 *      removed index     u64   an entry that lists the members without this one, 0 if none is known; not in version 1
 * </pre>
 *
 * <p>Owned by the log's thread. Any failure is final.
 */
final class TermStore {
    static final String FILE = "term";

    private static final long MAGIC = 0x504C_4452_5445_524DL;
    private static final int FORMAT_VERSION = 2;

    private final CheckedFile file;
    private final List<String> members;
    private final String self;
    private long removedIndex;
    private long term;
    private long committedIndex;
    private @Nullable String vote;
    private @Nullable IOException failure;

    private TermStore(
            CheckedFile file,
            long term,
            long committedIndex,
            @Nullable String vote,
            List<String> members,
            String self,
            long removedIndex) {
        this.file = file;
        this.term = term;
        this.committedIndex = committedIndex;
        this.vote = vote;
        this.members = List.copyOf(members);
        this.self = self;
        this.removedIndex = removedIndex;
    }

    static boolean exists(Disk disk) throws IOException {
        return file(disk).exists();
    }

    /** Begins with term 0 and no vote. */
    static TermStore create(Disk disk, String self, List<String> members) throws IOException {
        TermStore store = new TermStore(file(disk), 0, 0, null, members, self, 0);
        store.file.write(store.encode(0, null));
        return store;
    }

    /**
     * Reads what was stored. Refuses a file with a single wrong bit: a forgotten vote elects two leaders.
     *
     * @param self whose it is if the file is too old to say it
     */
    static TermStore open(Disk disk, String self) throws IOException {
        CheckedFile file = file(disk);
        return file.read(body -> decode(file, body, self));
    }

    private static CheckedFile file(Disk disk) {
        return new CheckedFile(
                disk, FILE, MAGIC, FORMAT_VERSION, "without it this member could vote twice in one term");
    }

    private static TermStore decode(CheckedFile file, ByteBuffer body, String self) {
        long term = body.getLong();
        long committedIndex = body.getLong();
        String vote = CheckedFile.getText(body);
        List<String> members = new ArrayList<>();
        for (int count = Short.toUnsignedInt(body.getShort()); count > 0; count--) {
            members.add(CheckedFile.getText(body));
        }
        boolean isFirstVersion = !body.hasRemaining();
        String stored = isFirstVersion ? self : CheckedFile.getText(body);
        long removedIndex = isFirstVersion ? 0 : body.getLong();
        return new TermStore(file, term, committedIndex, vote.isEmpty() ? null : vote, members, stored, removedIndex);
    }

    long term() {
        return term;
    }

    /**
     * Checks that the log does not know better.
     *
     * @throws IOException if it does: this is an older file
     */
    void checkTerm(long logTerm) throws IOException {
        if (logTerm > term) {
            throw new IOException(
                    file.describe() + " says term " + term + ", but the log has an entry of term " + logTerm);
        }
    }

    /** Returns whom this member voted for in {@link #term}, or null if it has not voted. */
    @Nullable
    String vote() {
        return vote;
    }

    /** Returns the members that this one began with, itself among them unless it joined a group. */
    List<String> members() {
        return members;
    }

    /** Returns whose term and vote this is. */
    String self() {
        return self;
    }

    /** Returns an entry that lists the members without this one, of which it was told; 0 for none. */
    long removedIndex() {
        return removedIndex;
    }

    /** Remembers that this is no member any more, unless a later entry than that one lists it. */
    void removed(long index) {
        removedIndex = index;
        store();
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

    /** Forgets the vote of the present term, for a test that wants to see it missed. */
    void forgetVote() {
        change(term, null);
    }

    /** Remembers how far the log is committed and durable. Goes to the disk with the next change, or {@link #store}. */
    void raiseCommitted(long index) {
        committedIndex = Math.max(committedIndex, index);
    }

    /**
     * The log is what it is from here on, durably: all that is in it counts as committed, and nothing more, whatever was known
     * before; and this is a member.
     */
    void beginAnew(long lastIndex) {
        committedIndex = lastIndex;
        removedIndex = 0;
        store();
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
            file.write(encode(newTerm, newVote));
        } catch (IOException e) {
            failure = new IOException(file.describe() + " failed, so this member stops: " + e, e);
            throw new UncheckedIOException(failure.getMessage(), failure);
        }
        term = newTerm;
        vote = newVote;
    }

    private ByteBuffer encode(long newTerm, @Nullable String newVote) {
        String votedFor = newVote == null ? "" : newVote;
        int size = 3 * Long.BYTES + CheckedFile.textBytes(votedFor) + Short.BYTES + CheckedFile.textBytes(self);
        for (String member : members) {
            size += CheckedFile.textBytes(member);
        }
        ByteBuffer body = CheckedFile.body(size).putLong(newTerm).putLong(committedIndex);
        CheckedFile.putText(body, votedFor);
        body.putShort((short) members.size());
        for (String member : members) {
            CheckedFile.putText(body, member);
        }
        CheckedFile.putText(body, self);
        return body.putLong(removedIndex);
    }
}
