package dev.polder.benchmarks;

import dev.polder.offer.Offer;
import dev.polder.offer.OfferEngine;
import dev.polder.offer.OfferSink;
import dev.polder.offer.OfferView;

/** Notes offers as they are handed out, without allocating, so that they can be looked at when the clock is stopped. */
final class OfferNotes implements OfferSink {
    private final long[] ids;
    private final int[] frameworks;
    private final int[] agents;
    private final String[] roles;
    private int count;
    private int rescinded;

    /** Makes notes with room for so many offers. */
    OfferNotes(int offersMax) {
        ids = new long[offersMax];
        frameworks = new int[offersMax];
        agents = new int[offersMax];
        roles = new String[offersMax];
    }

    @Override
    public void offered(OfferView offer) {
        if (count < ids.length) {
            ids[count] = offer.id();
            frameworks[count] = offer.framework();
            agents[count] = offer.agent();
            roles[count] = offer.role();
        }
        // one that finds no room counts, too, so that it is missed
        count++;
    }

    @Override
    public void rescinded(OfferView offer, Reason reason) {
        rescinded++;
    }

    void clear() {
        count = 0;
        rescinded = 0;
    }

    /** Returns how many offers were handed out. */
    int count() {
        return count;
    }

    /** Returns how many offers were taken back. */
    int rescinded() {
        return rescinded;
    }

    long id(int note) {
        return ids[note];
    }

    int framework(int note) {
        return frameworks[note];
    }

    int agent(int note) {
        return agents[note];
    }

    /**
     * Returns an offer from the engine's books.
     *
     * @throws IllegalStateException if it is not open, or the books say something else
     */
    Offer offer(int note, OfferEngine engine) {
        Offer offer = engine.offer(ids[note]);
        if (offer == null) {
            throw new IllegalStateException("offer " + ids[note] + " is not open");
        }
        boolean isSame = offer.framework() == frameworks[note]
                && offer.agent() == agents[note]
                && offer.role().equals(roles[note]);
        Claim.check(isSame, "offer %s is another in the books: %s", ids[note], offer);
        return offer;
    }
}
