package dev.polder.raft.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds what clients saw of keys that are attached to leases against what leases promise. */
final class LeaseChecker {
    private LeaseChecker() {}

    /**
     * A key that ends with a lease; no other has its name.
     *
     * @param askedNanos when it was to be written
     * @param attachedNanos when that was answered; never if it was not
     * @param sureUntilNanos when the client gave the lease up, or was told that it may be lost
     * @param goneNanos from when on the key cannot be there any more; never if that is not known
     */
    record Attached(String key, long askedNanos, long attachedNanos, long sureUntilNanos, long goneNanos) {}

    /** Somebody read such a key. */
    record Look(String key, long startNanos, long endNanos, boolean there) {}

    /** Returns the first key that was gone early, or there late; empty if there is none. */
    static Optional<String> problem(List<Attached> keys, List<Look> looks, Pauses pauses) {
        Map<String, List<Look>> byKey = new HashMap<>();
        looks.forEach(look ->
                byKey.computeIfAbsent(look.key, unknown -> new ArrayList<>()).add(look));
        return keys.stream()
                .flatMap(key -> problem(key, byKey.getOrDefault(key.key, List.of()), pauses).stream())
                .findFirst();
    }

    private static Optional<String> problem(Attached key, List<Look> looks, Pauses pauses) {
        long goneSince = RegisterCall.NEVER;
        for (Look look : looks.stream()
                .sorted(Comparator.comparingLong(Look::startNanos))
                .toList()) {
            String what = "";
            if (look.there && look.endNanos < key.askedNanos) {
                what = "was there before it was written";
            } else if (look.there && look.startNanos > key.goneNanos) {
                what = "outlived its lease";
            } else if (look.there && look.startNanos > goneSince) {
                what = "came back";
            } else if (!look.there
                    && look.startNanos > key.attachedNanos
                    && look.endNanos < key.sureUntilNanos
                    && !pauses.explain(look.endNanos, key.sureUntilNanos)) {
                what = "ended before its lease";
            }
            if (!what.isEmpty()) {
                return Optional.of("a key " + what + ": " + key + ", " + look);
            }
            if (!look.there && look.startNanos > key.attachedNanos) {
                goneSince = Math.min(goneSince, look.endNanos);
            }
        }
        return Optional.empty();
    }
}
