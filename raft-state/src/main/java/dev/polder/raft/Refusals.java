package dev.polder.raft;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refusals between this member and others: the same one is worth a line once, and its count when it is over. Owned by
 * the log's thread.
 */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    /** More than the members of a group. Names are what a stranger claims; those beyond are counted elsewhere and not told. */
    private static final int NAMES_MAX = 16;

    private static final int REASONS_MAX = 16;

    private final String event;
    private final String self;
    private final Map<String, Map<String, Long>> counts = new HashMap<>();
    /** Of the same names. */
    private final Map<String, String> latest = new HashMap<>();

    Refusals(String event, String self) {
        this.event = event;
        this.self = self;
    }

    /** Returns what somebody else said in one line, so that it cannot look like several in a log. */
    static String oneLine(String words) {
        return words.replaceAll("\\p{Cntrl}", " ");
    }

    /** Counts a refusal. Returns whether it is the first of its kind. */
    boolean add(String other, String reason) {
        Map<String, Long> reasons = counts.get(other);
        if (reasons == null) {
            if (counts.size() >= NAMES_MAX) {
                return false;
            }
            reasons = new LinkedHashMap<>();
            counts.put(other, reasons);
        }
        if (!reasons.containsKey(reason) && reasons.size() >= REASONS_MAX) {
            return false;
        }
        latest.put(other, reason);
        boolean isFirst = reasons.merge(reason, 1L, Long::sum) == 1;
        if (isFirst) {
            LOG.warn("event={} member={} other={} reason='{}'", event, self, other, reason);
        }
        return isFirst;
    }

    /** Returns the last reason for each other that is refused now. */
    Map<String, String> present() {
        return Map.copyOf(latest);
    }

    /** There is a connection to the other now. */
    void over(String other) {
        latest.remove(other);
        Map<String, Long> reasons = counts.remove(other);
        if (reasons != null) {
            reasons.forEach((reason, count) -> LOG.info(
                    "event={}_over member={} other={} times={} reason='{}'", event, self, other, count, reason));
        }
    }
}
