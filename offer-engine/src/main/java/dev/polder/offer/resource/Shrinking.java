package dev.polder.offer.resource;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Takes resources down to an allowance, name by name. */
final class Shrinking {
    /** The allowance of a name of which all is left. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private final ToLongFunction<String> most;

    /** What may still be left of each name that was met. */
    private final Map<String, Long> room = new HashMap<>();

    private final ResourcesBuilder left = Resources.builder();

    private Shrinking(ToLongFunction<String> most) {
        this.most = most;
    }

    /**
     * Returns as much of {@code resources} as is allowed.
     *
     * @param most how much of a name, in thousandths, or {@link #UNLIMITED}
     */
    static Resources shrink(Resources resources, ToLongFunction<String> most) {
        Shrinking shrinking = new Shrinking(most);
        resources.forEach(shrinking::take);
        Resources left = shrinking.left.build();
        return left.equals(resources) ? resources : left;
    }

    private void take(ResourceId id, Value value) {
        long allowed = room.computeIfAbsent(id.name(), most::applyAsLong);
        if (allowed == UNLIMITED) {
            left.add(id, value);
        } else if (value instanceof Value.Amount amount) {
            long used = id.isDivisible() ? takePart(id, amount, allowed) : takeWhole(id, amount, allowed);
            room.put(id.name(), allowed - used);
        }
    }

    private long takePart(ResourceId id, Value.Amount amount, long allowed) {
        long part = Math.min(amount.thousandths(), allowed);
        if (part > 0) {
            left.add(id, new Value.Amount(part));
        }
        return part;
    }

    /** Of a shared volume all copies fit or none does, for they are one. */
    private long takeWhole(ResourceId id, Value.Amount amount, long allowed) {
        long fitting = allowed / amount.thousandths();
        long copies = id.isShared() ? (fitting > 0 ? amount.copies() : 0) : Math.min(amount.copies(), fitting);
        if (copies == 0) {
            return 0;
        }
        Value.Amount whole = new Value.Amount(amount.thousandths(), copies);
        left.add(id, whole);
        return Value.total(id, whole);
    }
}
