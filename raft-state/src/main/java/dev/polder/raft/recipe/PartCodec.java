package dev.polder.raft.recipe;

import java.util.List;

/**
 * The parts that commands, outcomes and snapshots share; numbers are big endian, texts and values have a length of 4
 * bytes before them, enumerations are one byte, their ordinal.
 *
 * <pre>
 *   range    from text, to text
 *   entry    key text, value, create revision u64, mod revision u64, version u64, lease u64
 *   event    kind u8 (0 put, 1 delete), entry
 *   limits   u32 count, u64 each, in the order of {@code LIMITS}
 *   leases   u32 count, u64 each
 * </pre>
 */
final class PartCodec {
    private static final Codes<Limit> LIMITS = new Codes<>(
            Limit.class,
            List.of(
                    Limit.KEY_BYTES_MAX,
                    Limit.VALUE_BYTES_MAX,
                    Limit.COMMAND_BYTES_MAX,
                    Limit.KEYS_MAX,
                    Limit.BYTES_MAX,
                    Limit.STEPS_MAX,
                    Limit.DELETED_KEYS_MAX,
                    Limit.RESULT_BYTES_MAX,
                    Limit.LEASES_MAX,
                    Limit.LEASE_KEYS_MAX,
                    Limit.TTL_MS_MIN,
                    Limit.TTL_MS_MAX,
                    Limit.SESSION_RESULTS_MAX,
                    Limit.SESSION_RESULT_BYTES_MAX,
                    Limit.SESSION_WATCHES_MAX,
                    Limit.HISTORY_EVENTS_MAX,
                    Limit.HISTORY_BYTES_MAX));
    private static final Codes<KeyEvent.Kind> KINDS =
            new Codes<>(KeyEvent.Kind.class, List.of(KeyEvent.Kind.PUT, KeyEvent.Kind.DELETE));

    private PartCodec() {}

    static void write(ByteWriter out, KeyRange range) {
        out.text(range.from()).text(range.to());
    }

    static KeyRange readRange(ByteReader in) {
        return new KeyRange(in.text("range's begin"), in.text("range's end"));
    }

    static void write(ByteWriter out, Value value) {
        out.bytes(value.shared());
    }

    static Value readValue(ByteReader in) {
        return Value.wrap(in.bytes("value"));
    }

    static void write(ByteWriter out, KeyEntry entry) {
        out.text(entry.key());
        write(out, entry.value());
        out.i64(entry.createRevision())
                .i64(entry.modRevision())
                .i64(entry.version())
                .i64(entry.lease().number());
    }

    static KeyEntry readEntry(ByteReader in) {
        return new KeyEntry(
                in.text("key"),
                readValue(in),
                in.number("create revision"),
                in.number("mod revision"),
                in.number("version"),
                in.lease("lease"));
    }

    static void write(ByteWriter out, KeyEvent event) {
        KINDS.write(out, event.kind());
        write(out, event.entry());
    }

    static KeyEvent readEvent(ByteReader in) {
        return new KeyEvent(KINDS.read("event", in), readEntry(in));
    }

    static void write(ByteWriter out, List<LeaseId> leases) {
        out.i32(leases.size());
        leases.forEach(lease -> out.i64(lease.number()));
    }

    static List<LeaseId> readLeases(ByteReader in) {
        return in.list("leases", Long.BYTES, () -> in.lease("lease"));
    }

    static void write(ByteWriter out, RecipeLimits limits) {
        out.i32(LIMITS.constants().size());
        for (Limit limit : LIMITS.constants()) {
            out.i64(limits.of(limit));
        }
    }

    /** Limits that a former version did not have are as by default. */
    static RecipeLimits readLimits(ByteReader in) {
        List<Long> values = in.list("limits", Long.BYTES, () -> in.i64("limit"));
        if (values.size() > LIMITS.constants().size()) {
            throw in.bad("limits: " + values.size() + ", this program knows "
                    + LIMITS.constants().size());
        }
        RecipeLimits limits = RecipeLimits.DEFAULT;
        for (int i = 0; i < values.size(); i++) {
            limits = limits.with(LIMITS.constants().get(i), values.get(i));
        }
        return limits;
    }
}
