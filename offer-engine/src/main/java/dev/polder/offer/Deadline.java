package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import org.jspecify.annotations.Nullable;

/** Something that happens at a time unless it is called off before. A node of {@link Deadlines}. */
abstract sealed class Deadline {
    final long atMs;

    /** Orders what is due at the same time: first set, first due. Set by {@link Deadlines}. */
    long sequence;

    /** The place in the heap, -1 outside. Set by {@link Deadlines}. */
    int slot = -1;

    Deadline(long atMs) {
        this.atMs = atMs;
    }

    /** Returns {@code nowMs + delayMs}, or never where that is beyond all time. */
    static long after(long nowMs, long delayMs) {
        long atMs = nowMs + delayMs;
        return atMs < nowMs ? Long.MAX_VALUE : atMs;
    }

    /** Tells whether this is due first; of two at the same time, the one that was set first is. */
    boolean isBefore(Deadline other) {
        return atMs < other.atMs || (atMs == other.atMs && sequence < other.sequence);
    }

    /** An open offer, which times out. */
    static final class OpenOffer extends Deadline {
        final Offer offer;
        final int subscription;

        OpenOffer(Offer offer, int subscription, long timesOutAtMs) {
            super(timesOutAtMs);
            this.offer = offer;
            this.subscription = subscription;
        }

        /** Stable, so that nothing depends on where an object happens to lie. */
        @Override
        public int hashCode() {
            return Long.hashCode(offer.id());
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A decline filter: until its deadline its subscription is not offered what {@code refused} covers. */
    static final class Filter extends Deadline {
        final int subscription;
        final int agent;
        final Resources refused;

        /** The next filter of the same subscription and agent. */
        @Nullable
        Filter next;

        Filter(int subscription, int agent, Resources refused, long untilMs) {
            super(untilMs);
            this.subscription = subscription;
            this.agent = agent;
            this.refused = refused;
        }
    }

    /** A revive that came too soon after another and is performed at its deadline. */
    static final class WaitingRevive extends Deadline {
        final int subscription;

        WaitingRevive(int subscription, long performedAtMs) {
            super(performedAtMs);
            this.subscription = subscription;
        }
    }
}
