package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of what top-level roles have is beyond their guarantees, so that it can be taken from them: who lacks
 * something may pass what is set aside, and would take back what he gave. Made for one decision, since what a role has is
 * added up once.
 */
final class Surplus {
    /**
     * What is taken from guarantees, by candidate, and what may be; a column for each role and scalar.
     *
     * @param spare how much may be taken
     * @param taken how much of each each candidate takes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    record Costs(long[] spare, long[][] taken) {}

    /** A scalar of what a role is guaranteed. */
    private record Guaranteed(int top, String name) {}

    private final Subscriptions subscriptions;
    private final Quotas quotas;
    private final Ledger ledger;
    private final boolean areOffersHad;

    /** What tasks bring back that were asked to end and have not, by the node of their top-level role. */
    private final Map<Integer, Quantities> leaving = new HashMap<>();

    /** What a role has, by node. */
    private final Map<Integer, Quantities> had = new HashMap<>();

    /** Makes one that counts open offers as had, or not: a task that ends is worth more than an offer that may be declined. */
    Surplus(Books books, Ledger ledger, boolean areOffersHad) {
        this.subscriptions = books.subscriptions();
        this.quotas = books.quotas();
        this.ledger = ledger;
        this.areOffersHad = areOffersHad;
        if (quotas.hasGuarantees()) {
            books.tasks().asked().forEach(task -> leave(top(task.role()), task));
        }
    }

    private void leave(int top, RunningTask task) {
        if (top != RoleTree.NONE) {
            leaving.merge(top, Pool.of(task.resources()), Quantities::plus);
        }
    }

    /** Returns the node of the top-level role above one, -1 if there is no such role. */
    private int top(String role) {
        int node = subscriptions.tree.find(role);
        return node == RoleTree.NONE ? RoleTree.NONE : subscriptions.tree.top(node);
    }

    /** Returns what it costs guarantees to take from candidates. */
    Costs costs(List<Candidate> candidates) {
        List<Guaranteed> columns = new ArrayList<>();
        List<Map<Guaranteed, Long>> rows = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Map<Guaranteed, Long> row = quotas.hasGuarantees() && !candidate.isAsked() ? taken(candidate) : Map.of();
            row.keySet().stream().filter(each -> !columns.contains(each)).forEach(columns::add);
            rows.add(row);
        }
        long[] spare = columns.stream().mapToLong(this::spare).toArray();
        long[][] taken = rows.stream()
                .map(row -> columns.stream()
                        .mapToLong(each -> row.getOrDefault(each, 0L))
                        .toArray())
                .toArray(long[][]::new);
        return new Costs(spare, taken);
    }

    /** Returns how much a candidate takes of what its role is guaranteed some of. */
    private Map<Guaranteed, Long> taken(Candidate candidate) {
        int top = top(candidate.role());
        Quantities guarantees =
                top == RoleTree.NONE ? Quantities.EMPTY : quotas.quota(top).guarantees();
        Quantities its = guarantees.isEmpty() ? Quantities.EMPTY : Pool.of(candidate.resources());
        Map<Guaranteed, Long> taken = new LinkedHashMap<>();
        guarantees.names().stream()
                .filter(name -> its.of(name) > 0)
                .forEach(name -> taken.put(new Guaranteed(top, name), its.of(name)));
        return taken;
    }

    private long spare(Guaranteed what) {
        return had(what.top).of(what.name)
                - leaving.getOrDefault(what.top, Quantities.EMPTY).of(what.name)
                - quotas.quota(what.top).guarantees().of(what.name);
    }

    private Quantities had(int top) {
        return had.computeIfAbsent(
                top,
                node -> areOffersHad
                        ? quotas.consumed(node)
                        : quotas.consumed(node).minus(ledger.offered(node)));
    }
}
