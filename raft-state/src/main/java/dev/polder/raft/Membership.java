package dev.polder.raft;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The members that vote: what the newest list in the log says, committed or not, by section 4.1 of the Raft thesis. Told
 * of each change to the log that may change them; what is cut off the log does not count any more.
 *
 * <pre>
 *   before the log: what the snapshot says, or the term file ── list ── list ── list ◄── counts
 * </pre>
 *
 * <p>Owned by the log's thread, but for {@link #current()}.
 */
final class Membership {
    /**
     * A list and where it stands.
     *
     * @param index the entry that says it, 0 if the group began with it
     */
    record Place(long index, MemberList list) {}

    private final NavigableMap<Long, MemberList> later = new TreeMap<>();
    private Place base;
    private volatile Place newest;
    private MemberList committed;
    private long removedIndex;
    private Runnable onChange = () -> {};

    /** @param base what counts until the log says something else */
    Membership(Place base) {
        this.base = base;
        newest = base;
        committed = base.list();
    }

    /** Members that a group begins with. */
    static Membership of(MemberList members) {
        return new Membership(new Place(0, members));
    }

    /** Has somebody told of each change to what counts, in the middle of it: the log is changed already. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    /** Returns the list that counts. Any thread may ask. */
    MemberList current() {
        return newest.list();
    }

    /** Returns the list that counts and where it stands. Any thread may ask. */
    Place newest() {
        return newest;
    }

    /**
     * Tells whether this member, whose name that is, is one, for all that it knows: its list may be older than what it was
     * told.
     */
    boolean hasSelf(String self) {
        Place place = newest;
        return place.list().contains(self) && (removedIndex == 0 || place.index() > removedIndex);
    }

    /** This member was told of an entry that lists the members without it. */
    void removed(long index) {
        removedIndex = index;
    }

    /** Returns the entry that says it, 0 if the group began with it. */
    long index() {
        return newest.index();
    }

    /**
     * Returns the last list of which is known that it is committed. Which group this is, it says: what is not committed may
     * be undone, and a group have got its id from somebody else.
     */
    MemberList committed() {
        return committed;
    }

    /** The entries up to this one are committed. */
    void committed(long index) {
        if (!newest.list().equals(committed)) {
            committed = upTo(index).list();
        }
    }

    /** Returns the list that counted when an entry was the last one. It must not be before the newest snapshot. */
    Place upTo(long index) {
        Map.Entry<Long, MemberList> entry = later.floorEntry(index);
        return entry == null ? base : new Place(entry.getKey(), entry.getValue());
    }

    /** An entry with a list was appended, here or by the leader; it counts from now on. */
    void appended(long index, MemberList list) {
        later.put(index, list);
        look();
    }

    /** The log ends here now; the lists of the entries behind it count no more. */
    void truncated(long lastIndex) {
        later.tailMap(lastIndex, false).clear();
        look();
    }

    /**
     * A snapshot has taken the place of the entries up to its own.
     *
     * @param snapshotIndex the last entry that is in it
     * @param place the last list up to there
     * @param lastIndex where the log ends now
     */
    void installed(long snapshotIndex, Place place, long lastIndex) {
        later.headMap(snapshotIndex, true).clear();
        later.tailMap(lastIndex, false).clear();
        base = place;
        committed(snapshotIndex);
        look();
    }

    private void look() {
        Place found = upTo(Long.MAX_VALUE);
        if (!found.equals(newest)) {
            newest = found;
            onChange.run();
        }
    }
}
