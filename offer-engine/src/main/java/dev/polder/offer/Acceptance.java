package dev.polder.offer;

import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.Resources;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends offers by using part of them: checks everything first, then moves what was offered to where it belongs. Owned by
 * the engine's thread.
 */
final class Acceptance {
    /** What the offers hold together, and after the conversions. */
    private static final int ALL = 0;

    private static final int USED = 1;

    /** What is free again. */
    private static final int REST = 2;

    private final Books books;
    private final Agents agents;
    private final OpenOffers offers;
    private final Ledger ledger;
    private final Reservations reservations;
    private final Allocation allocation;
    private final ResourceColumn amounts = new ResourceColumn();

    /** The slots that are being accepted. */
    private int[] slots = new int[4];

    private int count;

    /** The agent's total after the conversions, null if there are none. */
    private @Nullable Resources converted;

    Acceptance(Books books, Ledger ledger, Reservations reservations, Allocation allocation) {
        this.books = books;
        this.agents = books.agents();
        this.offers = books.offers();
        this.ledger = ledger;
        this.reservations = reservations;
        this.allocation = allocation;
        amounts.ensure(REST);
    }

    /** Notes the one offer that {@link #check} and {@link #perform} are about. */
    void take(long offerId) {
        count = 0;
        slots[count++] = requireOpen(offerId);
    }

    /** Notes the offers that {@link #check} and {@link #perform} are about. */
    void take(Collection<Long> offerIds) {
        if (offerIds.isEmpty()) {
            throw new IllegalArgumentException("offers []: must be at least one");
        }
        if (slots.length < offerIds.size()) {
            slots = new int[offerIds.size()];
        }
        count = 0;
        for (long offerId : offerIds) {
            int slot = requireOpen(offerId);
            for (int i = 0; i < count; i++) {
                if (slots[i] == slot) {
                    throw new IllegalArgumentException("offers " + offerIds + ": " + offerId + " is named twice");
                }
            }
            if (count > 0 && (offers.gang(slots[0]) == Gangs.NONE) != (offers.gang(slot) == Gangs.NONE)) {
                throw new IllegalArgumentException("offers " + offers.id(slots[0]) + " and " + offerId
                        + ": one is of a gang, they cannot be accepted together");
            }
            boolean belongs = count == 0
                    || (offers.subscription(slots[0]) == offers.subscription(slot)
                            && offers.agent(slots[0]) == offers.agent(slot));
            if (!belongs) {
                throw new IllegalArgumentException("offers " + offers.id(slots[0]) + " and " + offerId
                        + " are not of the same framework, role and agent");
            }
            slots[count++] = slot;
        }
    }

    private int requireOpen(long offerId) {
        int slot = offers.find(offerId);
        if (slot < 0) {
            throw new IllegalArgumentException("offer " + offerId + " is not open");
        }
        return slot;
    }

    /**
     * Checks that the offers cover all this.
     *
     * @throws IllegalArgumentException if not; says of which offers, and what is short
     */
    void check(List<Conversion> conversions, Resources used) {
        try {
            checkCovered(conversions, used);
        } catch (IllegalArgumentException problem) {
            throw new IllegalArgumentException(describe() + ": " + problem.getMessage(), problem);
        }
    }

    private String describe() {
        StringBuilder ids = new StringBuilder(count == 1 ? "offer " : "offers ");
        for (int i = 0; i < count; i++) {
            ids.append(i == 0 ? "" : ", ").append(offers.id(slots[i]));
        }
        return ids + " of agent " + offers.agent(slots[0]) + " to "
                + books.subscriptions().describe(offers.subscription(slots[0]));
    }

    private void checkCovered(List<Conversion> conversions, Resources used) {
        int agent = offers.agent(slots[0]);
        amounts.copy(ALL, offers.amounts(), slots[0]);
        for (int i = 1; i < count; i++) {
            amounts.add(ALL, offers.amounts(), slots[i]);
        }
        converted = null;
        if (!conversions.isEmpty()) {
            convert(agent, conversions);
        }
        amounts.set(USED, used);
        amounts.copy(REST, amounts, ALL);
        if (agents.isMixed(agent) || converted != null) {
            useShared(used);
        } else if (amounts.covers(ALL, used)) {
            amounts.subtract(REST, amounts, USED);
        } else {
            // says what is short
            amounts.get(ALL).minus(used);
        }
    }

    private void convert(int agent, List<Conversion> conversions) {
        Resources offered = amounts.get(ALL);
        Resources total = agents.total().get(agent);
        for (Conversion conversion : conversions) {
            requireApplicable(agent, total, conversion);
            requireOwnRole(conversion);
            offered = offered.apply(conversion);
            total = total.apply(conversion);
        }
        amounts.set(ALL, offered);
        converted = total;
    }

    /** Checks that what is reserved anew is reserved for the role of the offers: whoever is offered it, is so under that. */
    private void requireOwnRole(Conversion conversion) {
        String role = books.subscriptions().path(offers.subscription(slots[0]));
        conversion.converted().forEach((id, value) -> {
            boolean isForOther =
                    id.reservationRole().filter(other -> !other.equals(role)).isPresent();
            if (isForOther && isNew(id.reservations(), conversion.consumed())) {
                throw new IllegalArgumentException("resource " + id + ": is reserved for role '"
                        + id.reservationRole().orElseThrow() + "', but was offered to '" + role + "'");
            }
        });
    }

    /** Tells whether none of what is consumed is reserved like that, or more closely. */
    private static boolean isNew(List<Reservation> stack, Resources consumed) {
        return consumed.filter(id -> id.reservations().size() >= stack.size()
                        && id.reservations().subList(0, stack.size()).equals(stack))
                .isEmpty();
    }

    /**
     * Checks that nothing shared is converted while somebody uses it, and that no volume is made that is there already.
     *
     * @param total what the agent has before the conversion
     * @throws IllegalArgumentException if so
     */
    void requireApplicable(int agent, Resources total, Conversion conversion) {
        conversion.consumed().forEach((id, value) -> {
            if (id.isShared() && agents.isUsed(agent, id)) {
                throw new IllegalArgumentException("resource " + id + ": still in use on agent " + agent);
            }
        });
        Resources others = total.minusSaturating(conversion.consumed());
        conversion.converted().forEach((id, value) -> {
            if (id.isPersistentVolume() && !others.filter(id::equals).isEmpty()) {
                throw new IllegalArgumentException("resource " + id + ": there already on agent " + agent);
            }
        });
    }

    /** What is shared stays free, however many copies are used. */
    private void useShared(Resources used) {
        Resources all = amounts.get(ALL);
        Resources exclusive = used.filter(id -> !id.isShared());
        used.filter(id -> id.isShared()).forEach((id, value) -> {
            if (all.filter(id::equals).isEmpty()) {
                throw new IllegalArgumentException("not enough " + id + ": it is not in the offers");
            }
        });
        amounts.set(REST, all.minus(exclusive));
    }

    /** Does what was checked. */
    void perform(long nowMs, long refuseMs) {
        int agent = offers.agent(slots[0]);
        int subscription = offers.subscription(slots[0]);
        boolean isUsed = !amounts.isEmpty(USED);
        if (agents.isMixed(agent) || converted != null) {
            performSlowly(agent, subscription, isUsed);
        } else {
            for (int i = 0; i < count; i++) {
                ledger.endForUse(slots[i], isUsed);
            }
            if (isUsed) {
                agents.hold(agent, subscription, amounts, USED);
            }
            if (!amounts.isEmpty(REST)) {
                books.charges().discharge(subscription, agent, amounts, REST);
                agents.giveFree(agent, amounts, REST);
            }
        }
        if (isUsed && offers.gang(slots[0]) == Gangs.NONE) {
            books.subscriptions().launched(subscription, slots[0], amounts, USED);
        }
        long refusedMs = isUsed ? refuseMs : Math.max(refuseMs, books.config().reofferDelayMs());
        ledger.refuse(nowMs, subscription, agent, amounts, REST, refusedMs);
        ledger.dropIfIdle(subscription);
    }

    /** Charges everything anew, since what is shared or converted counts differently before and after. */
    private void performSlowly(int agent, int subscription, boolean isUsed) {
        for (int i = 0; i < count; i++) {
            ledger.endForUse(slots[i], isUsed);
            books.charges().discharge(subscription, agent, offers.amounts(), slots[i]);
        }
        if (converted != null) {
            reservations.change(agents.total().get(agent), converted);
            agents.convert(agent, converted);
            allocation.takeTotal();
        }
        if (isUsed) {
            ledger.hold(subscription, agent, amounts, USED);
        }
        agents.settle(agent);
    }
}
