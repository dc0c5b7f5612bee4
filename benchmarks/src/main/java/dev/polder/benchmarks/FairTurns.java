package dev.polder.benchmarks;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whose turn it is, found out a second time and without the engine: the role with the smallest dominant share, in it
 * the framework with the smallest; of equals the one with fewer offers, then the first by name. For top-level roles of
 * equal weight without quota.
 */
final class FairTurns {
    /** Shares are compared in 2^-40ths of the cluster, rounded down: so it is laid down. */
    private static final int SHARE_BITS = 40;

    private static final Comparator<Contender> ORDER = Comparator.<Contender>comparingLong(one -> one.share)
            .thenComparingLong(one -> one.offers)
            .thenComparing(one -> one.name);

    /** A role or a framework. */
    private static final class Contender {
        final String name;

        /** Those among which it is one. */
        final SortedSet<Contender> like;

        /** The frameworks of a role. */
        final SortedSet<Contender> members = new TreeSet<>(ORDER);

        Quantities charged = Quantities.EMPTY;
        long share;
        long offers;

        Contender(String name, SortedSet<Contender> like) {
            this.name = name;
            this.like = like;
            like.add(this);
        }
    }

    private final Quantities total;
    private final SortedSet<Contender> roles = new TreeSet<>(ORDER);
    private final Map<String, Contender> roleOfName = new HashMap<>();
    private final List<Contender> frameworks = new ArrayList<>();
    private final List<Contender> roleOfFramework = new ArrayList<>();

    /** Begins without frameworks, in a cluster that has so much. */
    FairTurns(Quantities total) {
        this.total = total;
    }

    /** Adds a framework; its index is the number of those before it. */
    void add(String name, String role) {
        Contender itsRole = roleOfName.computeIfAbsent(role, key -> new Contender(key, roles));
        frameworks.add(new Contender(name, itsRole.members));
        roleOfFramework.add(itsRole);
    }

    /** Tells whether it is this framework's turn. */
    boolean isTurnOf(int framework) {
        Contender first = roles.first();
        return roleOfFramework.get(framework) == first && frameworks.get(framework) == first.members.first();
    }

    /** Notes an offer to a framework. */
    void offered(int framework, Resources resources) {
        change(frameworks.get(framework), resources.quantities(), 1);
        change(roleOfFramework.get(framework), resources.quantities(), 1);
    }

    /** Notes that a framework has something no more, be it that it was offered or used. */
    void returned(int framework, Resources resources) {
        change(frameworks.get(framework), resources.quantities(), -1);
        change(roleOfFramework.get(framework), resources.quantities(), -1);
    }

    private void change(Contender contender, Quantities amount, int sign) {
        contender.like.remove(contender);
        contender.charged = sign > 0 ? contender.charged.plus(amount) : contender.charged.minus(amount);
        contender.offers += sign > 0 ? 1 : 0;
        contender.share = dominantShare(contender.charged);
        contender.like.add(contender);
    }

    private long dominantShare(Quantities charged) {
        long cpus = share(charged.cpus(), total.cpus());
        long mem = share(charged.mem(), total.mem());
        return Math.max(Math.max(cpus, mem), share(charged.disk(), total.disk()));
    }

    private static long share(long part, long whole) {
        return whole == 0
                ? 0
                : BigInteger.valueOf(part)
                        .shiftLeft(SHARE_BITS)
                        .divide(BigInteger.valueOf(whole))
                        .longValueExact();
    }
}
