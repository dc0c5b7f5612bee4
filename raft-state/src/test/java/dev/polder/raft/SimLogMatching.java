package dev.polder.raft;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Log matching, section 5.3 of the Raft paper: where two logs have an entry of the same index and term, they are the same
 * up to there. Each entry that a member appends is noted once, with a digest of itself and of all before it; whoever has
 * one at that place later must have the same digest.
 */
final class SimLogMatching {
    private record Place(long index, long term) {}

    /** How far a start of a member was looked at, and the digest of its last entry. */
    private record Seen(int life, long cuts, Place last, long digest) {}

    private final Map<Place, Long> digests = new HashMap<>();
    private final Map<String, Seen> seen = new HashMap<>();

    SimLogMatching() {
        digests.put(new Place(0, 0), 0L);
    }

    /** Looks at what is new in a member's log, and at all of it when something was removed. */
    void look(SimMember member) {
        if (!member.isUp() || member.failed()) {
            return;
        }
        FactLog log = member.core().log();
        Seen before = seen.get(member.name());
        if (before == null || before.life() != member.life() || before.cuts() != log.cuts()) {
            Place floor = new Place(log.floor().index(), log.floor().term());
            Long digest = digests.get(floor);
            if (digest == null) {
                throw new AssertionError(
                        "log matching: the log of " + member.name() + " follows " + floor + ", which nobody has had");
            }
            before = new Seen(member.life(), log.cuts(), floor, digest);
        }
        if (before.last().index() < log.lastIndex()) {
            before = lookBehind(before, member.name(), log);
        }
        seen.put(member.name(), before);
    }

    private Seen lookBehind(Seen before, String member, FactLog log) {
        Place place = before.last();
        long digest = before.digest();
        for (LogCursor cursor = new LogCursor(log, place.index() + 1); cursor.hasNext(); ) {
            LogEntry entry = cursor.next();
            place = new Place(entry.index(), entry.term());
            digest = ((digest * 31 + entry.term()) * 31 + entry.kind().code()) * 31 + Arrays.hashCode(entry.payload());
            Long others = digests.putIfAbsent(place, digest);
            if (others != null && others != digest) {
                throw new AssertionError(
                        "log matching: " + place + " of " + member + ", or one before it, is not what it is elsewhere");
            }
        }
        return new Seen(before.life(), before.cuts(), place, digest);
    }
}
