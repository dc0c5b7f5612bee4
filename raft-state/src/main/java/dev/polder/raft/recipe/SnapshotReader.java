package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts a view together from the frames of {@link SnapshotCodec}. */
final class SnapshotReader {
    private @Nullable RecipeView head;
    private SortedTree<String, KeyEntry> keys = SortedTree.empty(Keys.ORDER);
    private SortedTree<Long, Lease> leases = SortedTree.empty(Comparator.<Long>naturalOrder());
    private SortedTree<Long, LeaseId> sessions = SortedTree.empty(Comparator.<Long>naturalOrder());
    private long bytes;
    private SortedTree<Long, Change> changes = SortedTree.empty(Comparator.<Long>naturalOrder());
    private int events;
    private long eventBytes;
    private long changing;
    private final List<KeyEvent> changed = new ArrayList<>();
    private boolean complete;

    boolean isComplete() {
        return complete;
    }

    void frame(int kind, long framesBefore, ByteReader in) {
        if ((kind == SnapshotCodec.HEAD) != (framesBefore == 0)) {
            throw in.bad("the first frame and no other is a head");
        }
        switch (kind) {
            case SnapshotCodec.HEAD -> head(in);
            case SnapshotCodec.LEASE -> lease(in);
            case SnapshotCodec.OUTCOME -> outcome(in);
            case SnapshotCodec.KEY -> key(in);
            case SnapshotCodec.EVENT -> event(in);
            case SnapshotCodec.END -> end(framesBefore, in);
            default -> throw in.bad("kind is not known");
        }
        in.end();
    }

    private void head(ByteReader in) {
        long index = in.number("index");
        long term = in.number("term");
        long clusterTimeMs = in.number("cluster time");
        long termBeganMs = in.number("term's begin");
        long revision = in.number("revision");
        long lastLease = in.number("last lease");
        long compacted = in.number("compacted");
        RecipeLimits limits = PartCodec.readLimits(in);
        History history = new History(changes, 0, 0, compacted);
        head = new RecipeView(
                index,
                term,
                clusterTimeMs,
                termBeganMs,
                revision,
                lastLease,
                limits,
                keys,
                0,
                leases,
                sessions,
                history);
    }

    private void lease(ByteReader in) {
        LeaseId id = in.lease("lease");
        long ttlMs = in.number("ttl");
        long grantedMs = in.number("granted");
        SessionMemory session = null;
        if (in.flag("session")) {
            session = new SessionMemory(
                    in.i64("nonce"),
                    in.number("last"),
                    in.number("acknowledged"),
                    SortedTree.empty(Comparator.<Long>naturalOrder()),
                    0);
            sessions = sessions.with(session.nonce(), id);
        }
        leases = leases.with(id.number(), new Lease(id, ttlMs, grantedMs, SortedTree.empty(Keys.ORDER), session));
    }

    private void outcome(ByteReader in) {
        LeaseId id = in.lease("session");
        long number = in.number("number");
        Outcome outcome = OutcomeCodec.decode(in.bytes("outcome"));
        Lease lease = leases.get(id.number());
        SessionMemory session = lease == null ? null : lease.session();
        if (lease == null || session == null || number > session.last()) {
            throw in.bad("call " + number + " of session " + id.number() + " cannot have an outcome");
        }
        SessionMemory remembering = new SessionMemory(
                session.nonce(),
                session.last(),
                session.acknowledged(),
                session.outcomes().with(number, outcome),
                session.bytes() + SessionMemory.bytes(outcome));
        leases = leases.with(id.number(), lease.with(remembering));
    }

    private void key(ByteReader in) {
        KeyEntry entry = PartCodec.readEntry(in);
        keys = keys.with(entry.key(), entry);
        bytes += entry.bytes();
        if (!entry.lease().isNone()) {
            Lease lease = leases.get(entry.lease().number());
            if (lease == null) {
                throw in.bad("lease " + entry.lease().number() + " of key '" + entry.key() + "' is not there");
            }
            leases = leases.with(lease.id().number(), lease.with(entry.key()));
        }
    }

    private void event(ByteReader in) {
        long revision = in.number("revision");
        KeyEvent event = PartCodec.readEvent(in);
        if (revision != changing) {
            finishChange();
            changing = revision;
        }
        changed.add(event);
        events++;
        eventBytes += event.entry().bytes();
    }

    private void finishChange() {
        if (!changed.isEmpty()) {
            changes = changes.with(changing, new Change(changing, changed));
            changed.clear();
        }
    }

    private void end(long framesBefore, ByteReader in) {
        long frames = in.number("frames");
        if (frames != framesBefore) {
            throw in.bad(framesBefore + " frames came, there are to be " + frames);
        }
        finishChange();
        complete = true;
    }

    /** Returns the view, after the last frame. */
    RecipeView view() {
        RecipeView first = Objects.requireNonNull(head, "head");
        return new RecipeView(
                first.index(),
                first.term(),
                first.clusterTimeMs(),
                first.termBeganMs(),
                first.revision(),
                first.lastLease(),
                first.limits(),
                keys,
                bytes,
                leases,
                sessions,
                new History(changes, events, eventBytes, first.history().compacted()));
    }
}
