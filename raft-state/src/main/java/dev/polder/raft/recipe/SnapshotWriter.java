package dev.polder.raft.recipe;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the frames of {@link SnapshotCodec}. */
final class SnapshotWriter {
    private final DataOutputStream out;
    private long frames;

    SnapshotWriter(DataOutputStream out) {
        this.out = out;
    }

    void write(RecipeView view) throws IOException {
        try {
            head(view);
            view.leases().forEach((id, lease) -> lease(lease));
            view.leases().forEach((id, lease) -> outcomes(lease));
            view.keys().forEach((key, entry) -> {
                ByteWriter body = new ByteWriter();
                PartCodec.write(body, entry);
                return frame(SnapshotCodec.KEY, body);
            });
            view.history().changes().forEach((revision, change) -> events(change));
            frame(SnapshotCodec.END, new ByteWriter().i64(frames));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void head(RecipeView view) {
        ByteWriter body = new ByteWriter()
                .i64(view.index())
                .i64(view.term())
                .i64(view.clusterTimeMs())
                .i64(view.termBeganMs())
                .i64(view.revision())
                .i64(view.lastLease())
                .i64(view.history().compacted());
        PartCodec.write(body, view.limits());
        frame(SnapshotCodec.HEAD, body);
    }

    private boolean lease(Lease lease) {
        SessionMemory session = lease.session();
        ByteWriter body = new ByteWriter()
                .i64(lease.id().number())
                .i64(lease.ttlMs())
                .i64(lease.grantedMs())
                .flag(session != null);
        if (session != null) {
            body.i64(session.nonce()).i64(session.last()).i64(session.acknowledged());
        }
        return frame(SnapshotCodec.LEASE, body);
    }

    private boolean outcomes(Lease lease) {
        SessionMemory session = lease.session();
        if (session != null) {
            session.outcomes()
                    .forEach((number, outcome) -> frame(
                            SnapshotCodec.OUTCOME,
                            new ByteWriter()
                                    .i64(lease.id().number())
                                    .i64(number)
                                    .bytes(OutcomeCodec.encode(outcome))));
        }
        return true;
    }

    private boolean events(Change change) {
        for (KeyEvent event : change.events()) {
            ByteWriter body = new ByteWriter().i64(change.revision());
            PartCodec.write(body, event);
            frame(SnapshotCodec.EVENT, body);
        }
        return true;
    }

    /** Returns true, so that a walk goes on. */
    private boolean frame(int kind, ByteWriter body) {
        byte[] bytes = body.toBytes();
        try {
            out.writeByte(kind);
            out.writeInt(bytes.length);
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        frames++;
        return true;
    }
}
