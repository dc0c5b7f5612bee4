package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.SortedMap;
import java.util.TreeMap;

/** Keeps what is reserved to each role, for quota, when what an agent has changes. Owned by the engine's thread. */
final class Reservations {
    private final RoleTree tree;
    private final Quotas quotas;
    private final Charges charges;

    Reservations(Books books) {
        this.tree = books.tree();
        this.quotas = books.quotas();
        this.charges = books.charges();
    }

    /** Counts what is reserved in one agent's total instead of what was. */
    void change(Resources before, Resources after) {
        SortedMap<String, Quantities> less = byRole(before.special());
        SortedMap<String, Quantities> more = byRole(after.special());
        if (less.equals(more)) {
            return;
        }
        more.forEach((role, quantities) -> change(role, quantities, Quantities.EMPTY));
        less.forEach((role, quantities) -> change(role, Quantities.EMPTY, quantities));
    }

    private void change(String path, Quantities more, Quantities less) {
        int role = tree.index(path);
        tree.changeReserved(role, more, less);
        quotas.consumptionChanged(role);
        for (int node = role; node != RoleTree.ROOT; node = tree.parent(node)) {
            if (quotas.pollBlocked(node)) {
                charges.refreshBelow(node);
            }
        }
        tree.dropIfIdle(role);
    }

    private static SortedMap<String, Quantities> byRole(Resources special) {
        SortedMap<String, Quantities> sums = new TreeMap<>();
        special.forEach((id, value) -> id.reservationRole().ifPresent(role -> {
            if (!id.isRevocable()) {
                Quantities more = Resources.of(id, value).quantities();
                sums.merge(role, more, Quantities::plus);
            }
        }));
        sums.values().removeIf(Quantities::isEmpty);
        return sums;
    }
}
