package dev.polder.offer.resource;

import java.util.ArrayList;
import java.util.List;

/** Amounts in words for people. */
final class Wording {
    private Wording() {}

    /** Returns the entries in the order of names, and of each name the plain one first. */
    static List<Entries.Entry> sorted(Resources resources) {
        List<Entries.Entry> entries = new ArrayList<>();
        resources.forEach((id, value) -> entries.add(new Entries.Entry(id, value)));
        // a stable sort: what differs in size alone stays in the order of sizes
        entries.sort((one, other) -> ResourceId.compareForReading(one.id(), other.id()));
        return entries;
    }

    static String describe(Resources resources) {
        if (resources.isEmpty()) {
            return "{}";
        }
        List<String> all = new ArrayList<>();
        for (Entries.Entry entry : sorted(resources)) {
            all.add(entry.id() + ":" + amount(entry));
        }
        return String.join("; ", all);
    }

    /** Returns how much there is, and of what is shared or there several times, how many copies. */
    private static String amount(Entries.Entry entry) {
        boolean counted =
                entry.value() instanceof Value.Amount amount && (entry.id().isShared() || amount.copies() > 1);
        return counted
                ? entry.value() + "<" + ((Value.Amount) entry.value()).copies() + ">"
                : entry.value().toString();
    }

    /** Says what of {@code wanted} is not there first; something must be short. */
    static String shortage(Resources there, Resources wanted) {
        for (Entries.Entry entry : sorted(wanted)) {
            if (!there.covers(Resources.of(entry.id(), entry.value()))) {
                List<String> have = sorted(there).stream()
                        .filter(other -> other.id().equals(entry.id()))
                        .map(Wording::amount)
                        .toList();
                return "not enough " + entry.id() + ": " + amount(entry) + " wanted, "
                        + (have.isEmpty() ? "none" : String.join(" and ", have)) + " there";
            }
        }
        throw new IllegalStateException(there + " covers " + wanted);
    }
}
