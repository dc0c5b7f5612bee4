package dev.polder.offer;

import dev.polder.offer.resource.Resources;

/**
 * An offer as the engine shows it to its {@link OfferSink}: a window on the books that the next call moves on, so that
 * an offer costs no allocation. Whoever wants to keep it asks for {@link #toOffer}.
 */
public interface OfferView {
    /** An offer that is no part of a gang. */
    long NO_GANG = Gangs.NONE;

    /** Returns the id, counted up by the engine from 0, never used twice by one engine. */
    long id();

    /** Returns the framework's index. */
    int framework();

    /** Returns the role under which it is offered. */
    String role();

    /** Returns the agent's index. */
    int agent();

    /** Returns what is promised, never nothing; a new value with each call. */
    Resources resources();

    /** Returns when it was made. */
    long madeAtMs();

    /** Returns the gang that it is part of, from {@link OfferEngine#askForGang}, {@link #NO_GANG} if of none. */
    long gang();

    /** Returns a value that lasts. */
    default Offer toOffer() {
        return new Offer(id(), framework(), role(), agent(), resources(), madeAtMs(), gang());
    }

    /** Reads the slot at which it stands. */
    final class Cursor implements OfferView {
        private final OpenOffers offers;
        private final Subscriptions subscriptions;
        private int slot;

        Cursor(OpenOffers offers, Subscriptions subscriptions) {
            this.offers = offers;
            this.subscriptions = subscriptions;
        }

        OfferView at(int there) {
            slot = there;
            return this;
        }

        @Override
        public long id() {
            return offers.id(slot);
        }

        @Override
        public int framework() {
            return subscriptions.framework(offers.subscription(slot));
        }

        @Override
        public String role() {
            return subscriptions.path(offers.subscription(slot));
        }

        @Override
        public int agent() {
            return offers.agent(slot);
        }

        @Override
        public Resources resources() {
            return offers.amounts().get(slot);
        }

        @Override
        public long madeAtMs() {
            return offers.madeAtMs(slot);
        }

        @Override
        public long gang() {
            return offers.gang(slot);
        }
    }
}
