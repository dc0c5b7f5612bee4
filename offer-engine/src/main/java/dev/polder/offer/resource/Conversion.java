package dev.polder.offer.resource;

import java.util.Objects;
import java.util.Optional;

/**
 * Resources that become others: a reservation that is made or taken back, a volume that is created, resized or
 * destroyed. {@link ResourceOperation} makes one for each of these.
 *
 * @param consumed what must be there, and is not any more; of a shared resource that is not among the converted ones,
 *     it must be all copies
 * @param converted what is there instead: of no scalar more than is consumed
 */
public record Conversion(Resources consumed, Resources converted) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if more is converted than consumed
     */
    public Conversion {
        Objects.requireNonNull(consumed, "consumed");
        Objects.requireNonNull(converted, "converted");
        if (!consumed.quantities().covers(converted.quantities())) {
            throw new IllegalArgumentException("conversion of " + consumed + " into " + converted
                    + ": more than there was, must be as much at most");
        }
    }

    /** Returns why this cannot be applied, if so: what it consumes is not there, or others share a volume of it. */
    public Optional<String> problemOn(Resources there) {
        if (!there.covers(consumed)) {
            return Optional.of(there + " does not contain " + consumed + ": " + Wording.shortage(there, consumed));
        }
        Resources gone = consumed.filter(ResourceId::isShared).minusSaturating(converted);
        Resources left = there.minusSaturating(consumed);
        Resources stillShared = left.filter(id -> !gone.filter(id::equals).isEmpty());
        return stillShared.isEmpty()
                ? Optional.empty()
                : Optional.of("persistent volume " + stillShared + " cannot be removed: there are more copies of it");
    }
}
