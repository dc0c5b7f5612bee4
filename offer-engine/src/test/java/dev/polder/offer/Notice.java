package dev.polder.offer;

import java.util.ArrayList;
import java.util.List;

/** What an engine tells its sink, as values that last. */
sealed interface Notice {
    /** A new offer stands. */
    record Offered(Offer offer) implements Notice {}

    /** An offer is gone. */
    record Rescinded(Offer offer, OfferSink.Reason reason) implements Notice {}

    /** A gang's time is over. */
    record GangFailed(long gang) implements Notice {}

    /** Tasks have to end. */
    record Preempted(Preemption preemption) implements Notice {}

    /** A framework is asked. */
    record InverseOffered(InverseOffer question) implements Notice {}

    /** A question is gone. */
    record InverseRescinded(InverseOffer question) implements Notice {}

    /** Writes down what it is told. */
    final class Recorder implements OfferSink {
        private final List<Notice> told = new ArrayList<>();

        /** Returns what was told since the last time. */
        List<Notice> take() {
            List<Notice> taken = List.copyOf(told);
            told.clear();
            return taken;
        }

        @Override
        public void offered(OfferView offer) {
            told.add(new Offered(offer.toOffer()));
        }

        @Override
        public void rescinded(OfferView offer, Reason reason) {
            told.add(new Rescinded(offer.toOffer(), reason));
        }

        @Override
        public void gangFailed(long gang) {
            told.add(new GangFailed(gang));
        }

        @Override
        public void preempt(Preemption preemption) {
            told.add(new Preempted(preemption));
        }

        @Override
        public void inverseOffered(InverseOffer offer) {
            told.add(new InverseOffered(offer));
        }

        @Override
        public void inverseRescinded(InverseOffer offer) {
            told.add(new InverseRescinded(offer));
        }
    }
}
