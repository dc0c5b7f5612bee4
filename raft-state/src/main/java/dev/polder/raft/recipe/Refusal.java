package dev.polder.raft.recipe;

/**
 * Why a call was refused; nothing was changed by it.
 *
 * @param rule which rule it broke
 * @param subject what the rule was applied to: a key, a limit's thing
 * @param limit the name of the limit, empty where the rule has none
 * @param value the value that broke it; 0 where the rule has none
 * @param bound what the rule allows; 0 where it has none
 */
public record Refusal(Rule rule, String subject, String limit, long value, long bound) {
    /** What a call can break. */
    public enum Rule {
        /** A limit, of which the subject is the thing; see {@link Limit}. */
        ABOVE_LIMIT,
        /** A lower limit. */
        BELOW_LIMIT,
        /** A key is changed twice in one transaction. */
        CHANGED_TWICE,
        /** The lease is not there. */
        NO_LEASE,
        /** The key that is added to holds no decimal number of 64 bits. */
        NOT_A_NUMBER,
        /** The sum does not fit 64 bits. */
        OVERFLOW,
        /** A key without bytes. */
        EMPTY_KEY,
        /** The session is not there: it has ended, or never was. */
        SESSION_ENDED,
        /** Not the session's next number; nothing is remembered, the call is to be repeated after those before it. */
        OUT_OF_ORDER,
        /** The result was acknowledged, so it is no longer known. */
        FORGOTTEN,
        /** Results that wait for acknowledgement are too many or too large; to be repeated. */
        SESSION_FULL
    }

    static Refusal above(String subject, long value, Limit limit, RecipeLimits limits) {
        return new Refusal(Rule.ABOVE_LIMIT, subject, limit.text(), value, limits.of(limit));
    }

    static Refusal below(String subject, long value, Limit limit, RecipeLimits limits) {
        return new Refusal(Rule.BELOW_LIMIT, subject, limit.text(), value, limits.of(limit));
    }

    static Refusal of(Rule rule, String subject) {
        return new Refusal(rule, subject, "", 0, 0);
    }

    static Refusal of(Rule rule, String subject, long value, long bound) {
        return new Refusal(rule, subject, "", value, bound);
    }

    /** Returns the thing, the value and the rule in words. */
    public String words() {
        return switch (rule) {
            case ABOVE_LIMIT -> subject + ": " + value + ", at most " + limit + "=" + bound;
            case BELOW_LIMIT -> subject + ": " + value + ", at least " + limit + "=" + bound;
            case CHANGED_TWICE -> "key '" + subject + "': changed twice in one transaction";
            case NO_LEASE -> "lease " + value + ": not there";
            case NOT_A_NUMBER -> "key '" + subject + "': holds no decimal number of 64 bits";
            case OVERFLOW -> "key '" + subject + "': adding " + value + " to " + bound + " does not fit 64 bits";
            case EMPTY_KEY -> "key '': has no bytes, must have at least 1";
            case SESSION_ENDED -> "session " + value + ": not there";
            case OUT_OF_ORDER -> "call " + value + " of the session: the next one is " + bound;
            case FORGOTTEN -> "call " + value + " of the session: its result was acknowledged, up to " + bound;
            case SESSION_FULL -> "results that wait for acknowledgement: " + value + ", at most " + bound;
        };
    }
}
