package dev.polder.raft;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * When a leader was last in touch with a majority, and until when no majority elects another. Owned by the log's thread;
 * {@link #silenceNanos()} and {@link #isHeld()} may be called by any.
 *
 * <p>Whoever has followed what was sent at some time deposes nobody for its own election time-out after that, see {@link
 * LeaderContact}; unless its process ends, or the leader itself has asked another to take its place, see {@link HandOver}. Who has only voted has promised nothing. Who does not have the entry yet that
 * lists the members would not know, after a start, whom it has followed; so that one is not counted either.
 */
final class QuorumContact {
    /**
     * What is known of a peer.
     *
     * @param followedNanos when what it has answered was sent: no later than that it was known to follow
     * @param heldNanos until when it elects nobody else
     */
    private record Contact(long followedNanos, long heldNanos) {
        Contact followed(long sentNanos) {
            return new Contact(Math.max(followedNanos, sentNanos), heldNanos);
        }

        Contact held(long untilNanos) {
            return new Contact(followedNanos, Math.max(heldNanos, untilNanos));
        }

        Contact heldNoLonger(long nowNanos) {
            return new Contact(followedNanos, Math.min(heldNanos, nowNanos));
        }
    }

    private final RaftTime time;
    private final PeerNetwork network;
    private final Duration electionTimeout;
    private final Map<String, Contact> contacts = new HashMap<>();

    private volatile long majorityNanos;
    private volatile long heldNanos;

    /** With this member's own election time-out, beyond which it counts on nobody. */
    QuorumContact(RaftTime time, PeerNetwork network, Duration electionTimeout) {
        this.time = time;
        this.network = network;
        this.electionTimeout = electionTimeout;
        end();
    }

    /** A lead begins, or one that was alone gets its first peers. */
    void begin(List<String> peers) {
        contacts.clear();
        peers.forEach(peer -> contacts.put(peer, unheard()));
        look(time.nanos());
    }

    /** Is given as much time to follow as if it had now, and has promised nothing. */
    private Contact unheard() {
        long now = time.nanos();
        return new Contact(now, now);
    }

    /** The lead is lost. */
    void end() {
        contacts.clear();
        heldNanos = time.nanos();
    }

    /**
     * The others are these from here on; who is new among them follows, as far as is known. What the list before has
     * promised holds still, as no majority of these is without one of those; what the one before that has, does not.
     */
    void change(List<String> peers) {
        long promisedNanos = contacts.isEmpty() ? heldNanos : latestOfMajority(times(Contact::heldNanos));
        contacts.keySet().retainAll(peers);
        peers.forEach(peer -> contacts.computeIfAbsent(peer, name -> unheard()));
        look(promisedNanos);
    }

    /** Returns the time that belongs to what is sent now. */
    long now() {
        return time.nanos();
    }

    /** A peer has answered what was sent at that time, as a follower. */
    void followed(String peer, long sentNanos) {
        contacts.computeIfPresent(peer, (name, before) -> before.followed(sentNanos));
        look(heldNanos);
    }

    /** A peer has answered as a follower that has the entry which lists the members. */
    void promised(String peer, long sentNanos) {
        long until = sentNanos + patience(peer).toNanos();
        contacts.computeIfPresent(
                peer, (name, before) -> before.followed(sentNanos).held(until));
        look(heldNanos);
    }

    private Duration patience(String peer) {
        Duration known = network.electionTimeout(peer);
        return known == null || known.compareTo(electionTimeout) > 0 ? electionTimeout : known;
    }

    /** The process that has followed is dead; the next one knows nothing of what it has heard. */
    void died(String peer) {
        contacts.computeIfPresent(peer, (name, before) -> before.heldNoLonger(time.nanos()));
        // also what held by somebody who is no member any more
        look(time.nanos());
    }

    private void look(long heldNanosMin) {
        if (contacts.isEmpty()) {
            return;
        }
        majorityNanos = latestOfMajority(times(Contact::followedNanos));
        heldNanos = Math.max(heldNanosMin, latestOfMajority(times(Contact::heldNanos)));
    }

    private long[] times(ToLongFunction<Contact> of) {
        return contacts.values().stream().mapToLong(of).toArray();
    }

    /** Returns the latest time that so many have reached that they and this member are a majority. */
    private static long latestOfMajority(long[] times) {
        Arrays.sort(times);
        int needed = (times.length + 1) / 2;
        return times[times.length - needed];
    }

    /** Returns whether a peer has followed what was sent within that time. */
    boolean hasFollowed(String peer, Duration within) {
        Contact contact = contacts.get(peer);
        return contact != null && time.nanos() - contact.followedNanos < within.toNanos();
    }

    /**
     * Returns how long ago a peer followed, in nanoseconds; since the beginning of the term if it has not. The log's
     * thread.
     */
    long silenceNanos(String peer) {
        Contact contact = contacts.get(peer);
        return contact == null ? Long.MAX_VALUE : time.nanos() - contact.followedNanos;
    }

    /**
     * Returns how long ago so many peers at once followed that they and this member are a majority, in nanoseconds; since
     * the beginning of the term at most.
     */
    long silenceNanos() {
        return time.nanos() - majorityNanos;
    }

    /** Tells whether so many peers follow that no majority elects another yet. */
    boolean isHeld() {
        return time.nanos() - heldNanos < 0;
    }
}
