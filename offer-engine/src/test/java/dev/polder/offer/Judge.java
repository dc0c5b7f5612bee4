package dev.polder.offer;

import java.util.List;
import java.util.Locale;

/**
 * Checks some of the rules, from what a referee passes on. What is told comes before it is noted; each method does
 * nothing unless a judge is interested.
 */
abstract class Judge {
    final Notes notes;
    private final Findings findings;

    Judge(Notes notes, Findings findings) {
        this.notes = notes;
        this.findings = findings;
    }

    /** Notes an offence unless a claim is true. */
    final void check(boolean claim, Rule rule, String words, Object... about) {
        if (!claim) {
            findings.add(rule, String.format(Locale.ROOT, words, about));
        }
    }

    /** Counts that something happened. */
    final void count(String what) {
        findings.count(what);
    }

    /** An offer is about to be noted. */
    void offered(Offer offer) {}

    /** An open offer was rescinded, and is about to be noted as ended. */
    void rescinded(Offer offer, OfferSink.Reason reason) {}

    /** An offer ends, answered or rescinded. */
    void ended(Offer offer, boolean isUsed) {}

    void gangFailed(long gang) {}

    void preempted(Preemption preemption) {}

    void inverseOffered(InverseOffer question) {}

    void inverseRescinded(InverseOffer question) {}

    /** A framework revives a role now. */
    void revived(int framework) {}

    /** A call is over, and all of it is noted. */
    void called() {}

    /** A run is over, and all that it told is noted. */
    void ran() {}

    /** Where offences are collected. */
    interface Findings {
        void add(Rule rule, String words);

        void count(String what);

        List<String> all();
    }
}
