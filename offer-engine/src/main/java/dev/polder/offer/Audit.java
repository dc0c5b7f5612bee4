package dev.polder.offer;

import static dev.polder.offer.Invariant.check;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceKind;
import dev.polder.offer.resource.Resources;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks an engine's books: conservation, and every column and index against what it is derived from. Slow on purpose:
 * it adds everything up anew.
 */
final class Audit {
    private final Books books;
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final RoleTree tree;
    private final OpenOffers offers;
    private final Allocation allocation;
    private final boolean isStale;
    private final int lookDeadlines;

    /** What each has on each agent, shared things once; filled while the agents are checked. */
    private final Map<Integer, Map<Integer, Resources>> had = new HashMap<>();

    private int offerCount;
    private int reviveCount;

    Audit(Books books, Allocation allocation) {
        this.books = books;
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.tree = books.tree();
        this.offers = books.offers();
        this.allocation = allocation;
        this.isStale = allocation.isStale();
        this.lookDeadlines = allocation.deadlineCount();
    }

    void run() {
        Quantities sum = Quantities.EMPTY;
        Quantities available = Quantities.EMPTY;
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            sum = sum.plus(agents.total().get(agent).quantities());
            checkConservation(agent);
            checkHoldings(agent);
            checkOffers(agent);
            checkLookouts(agent);
            if (agents.isActive(agent) && !agents.isBarred(agent)) {
                available = available.plus(Pool.of(agents.free(), agent));
            }
        }
        check(sum.equals(agents.quantities()), "cluster total %s is kept as %s", sum, agents.quantities());
        Quantities kept = Quantities.ofPlain(
                        agents.available(0), agents.available(1), agents.available(2), agents.available(3))
                .plus(agents.availableOthers());
        check(available.equals(kept), "available %s is kept as %s", available, kept);
        checkSubscriptions();
        checkNodes();
        checkDeadlines();
        new WaitingAudit(books, allocation).run();
    }

    // ---- agents

    private void checkConservation(int agent) {
        Resources total = agents.total().get(agent);
        Resources used = agents.used().get(agent);
        Resources exclusive = used.filter(id -> !id.isShared());
        Resources offered = agents.offered().get(agent);
        Resources free = agents.free().get(agent);
        Resources over = agents.overcommitted(agent);
        Resources all = exclusive.plus(offered).plus(free);
        boolean isConserved = all.covers(over) && all.minus(over).equals(total);
        boolean isApart =
                !exclusive.intersects(offered) && !exclusive.plus(offered).intersects(free) && !over.intersects(free);
        boolean[] isEither = {true};
        over.forEach((id, value) -> isEither[0] &=
                id.kind() != ResourceKind.SCALAR || free.filter(id::equals).isEmpty());
        check(
                isConserved && isApart && isEither[0],
                "agent %s not conserved: used %s, offered %s, free %s, overcommitted %s, total %s",
                agent,
                used,
                offered,
                free,
                over,
                total);
    }

    private void checkHoldings(int agent) {
        Resources sum = Resources.EMPTY;
        Holdings holdings = agents.holdings;
        for (int slot = holdings.ofAgent().first(agent);
                slot >= 0;
                slot = holdings.ofAgent().next(slot)) {
            Resources resources = holdings.amounts().get(slot);
            int subscription = holdings.subscription(slot);
            check(!resources.isEmpty(), "agent %s keeps an empty holding of %s", agent, subscription);
            check(holdings.find(agent, subscription) == slot, "agent %s: holding %s is not found", agent, slot);
            check(subscriptions.present().get(subscription), "agent %s is held by no one: %s", agent, subscription);
            sum = sum.plus(resources);
            note(subscription, agent, resources);
        }
        check(sum.equals(agents.used().get(agent)), "agent %s: holdings %s, used differs", agent, sum);
    }

    private void note(int subscription, int agent, Resources resources) {
        had.computeIfAbsent(subscription, its -> new HashMap<>()).merge(agent, resources, Audit::join);
    }

    /** Adds up what is exclusive, and has what is shared once. */
    private static Resources join(Resources one, Resources other) {
        Resources[] all = {one};
        other.forEach((id, value) -> {
            if (!id.isShared() || one.filter(id::equals).isEmpty()) {
                all[0] = all[0].plus(Resources.of(id, value));
            }
        });
        return all[0];
    }

    private void checkOffers(int agent) {
        Resources sum = Resources.EMPTY;
        for (int slot = offers.ofAgent().first(agent);
                slot >= 0;
                slot = offers.ofAgent().next(slot)) {
            Resources promised = offers.amounts().get(slot);
            check(offers.find(offers.id(slot)) == slot, "offer %s is not found by its id", offers.id(slot));
            check(
                    books.deadlines().isSet(offers.deadline(slot), Deadlines.Kind.OFFER, slot),
                    "offer %s does not time out",
                    offers.id(slot));
            check(!promised.isEmpty(), "offer %s is of nothing", offers.id(slot));
            check(
                    subscriptions.isSubscribed(offers.subscription(slot)),
                    "offer %s is to one that is not subscribed",
                    offers.id(slot));
            sum = sum.plus(promised);
            note(offers.subscription(slot), agent, promised);
            offerCount++;
        }
        check(sum.equals(agents.offered().get(agent)), "agent %s: offers %s, offered differs", agent, sum);
    }

    /** Checks that nothing is overlooked: whatever could be offered, and no round will look at, is refused by a rule. */
    private void checkLookouts(int agent) {
        boolean isOfferable = agents.isActive(agent)
                && !agents.isBarred(agent)
                && !agents.free().isEmpty(agent);
        check(agents.offerable().get(agent) == isOfferable, "agent %s: offerable is not %s", agent, isOfferable);
        check(isOfferable || !agents.changed().get(agent), "agent %s: changed but not offerable", agent);
        boolean isLookedAt = agents.changed().get(agent)
                || books.retries().agents().get(agent)
                || (books.quotas().isHeldDue() && books.quotas().isHeld(agent));
        if (!isOfferable || isLookedAt) {
            return;
        }
        BitSet present = subscriptions.present();
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            boolean isSeen = !subscriptions.isEligible(row)
                    || subscriptions.fresh().get(row)
                    || books.eligibility().refusal(row, agent) != null;
            check(isSeen, "agent %s: overlooked for %s", agent, subscriptions.describe(row));
        }
    }

    // ---- subscriptions and roles

    private void checkSubscriptions() {
        BitSet present = subscriptions.present();
        check(present.cardinality() >= had.size(), "charges of subscriptions that are gone: %s", had);
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            String whose = subscriptions.describe(row);
            checkShares(subscriptions.shares, row, had.getOrDefault(row, Map.of()), whose);
            int holdings = agents.holdings.ofSubscription().count(row);
            boolean isNeeded = subscriptions.isSubscribed(row)
                    || holdings > 0
                    || offers.ofSubscription().count(row) > 0;
            check(isNeeded, "%s: neither subscribed nor charged", whose);
            checkEligibility(row, whose);
            reviveCount += subscriptions.waitingRevive(row) >= 0 ? 1 : 0;
        }
    }

    private void checkEligibility(int row, String whose) {
        int framework = subscriptions.framework(row);
        boolean isActive = subscriptions.frameworks.isActive(framework);
        boolean isEligible = subscriptions.isSubscribed(row)
                && !subscriptions.isSuppressed(row)
                && !subscriptions.demands.isSatisfied(row)
                && isActive;
        check(subscriptions.frameworks.contains(framework), "%s: no such framework", whose);
        check(subscriptions.isEligible(row) == isEligible, "%s: eligible is not %s", whose, isEligible);
        check(isEligible || !subscriptions.fresh().get(row), "%s: fresh but not eligible", whose);
        check(subscriptions.find(framework, subscriptions.path(row)) == row, "%s: not found by its names", whose);
        check(
                (subscriptions.isSubscribed(row) && isActive) || books.filters().count(row) == 0,
                "%s: filters of one that is gone",
                whose);
        int places = count(tree.membersOf(subscriptions.role(row)), row);
        check(places == (isEligible ? 1 : 0), "%s: %s times in its role's order", whose, places);
    }

    private static int count(FairOrder order, int row) {
        int places = 0;
        for (int i = 0; i < order.size(); i++) {
            places += order.peek(i) == row ? 1 : 0;
        }
        return places;
    }

    /** Checks what is charged to a row, given what it has on each agent. */
    private void checkShares(Shares shares, int row, Map<Integer, Resources> its, String whose) {
        Quantities charged = Quantities.EMPTY;
        for (Resources resources : its.values()) {
            charged = charged.plus(resources.quantities());
        }
        check(shares.charged(row).equals(charged), "%s: charged %s, not %s", whose, shares.charged(row), charged);
        boolean isFresh = shares.isUnsettled(row) || shares.key(row) == shares.share(row);
        check(isStale || shares.isRandom() || isFresh, "%s: share is out of date", whose);
    }

    private void checkNodes() {
        BitSet present = tree.present();
        for (int node = present.nextSetBit(0); node >= 0; node = present.nextSetBit(node + 1)) {
            Map<Integer, Resources> below = new HashMap<>();
            int subscribed = 0;
            int waiting = 0;
            for (int row = subscriptions.present().nextSetBit(0);
                    row >= 0;
                    row = subscriptions.present().nextSetBit(row + 1)) {
                boolean isBelow = tree.isAtOrBelow(tree.leaf(subscriptions.role(row)), node);
                if (isBelow) {
                    had.getOrDefault(row, Map.of())
                            .forEach((agent, resources) -> below.merge(agent, resources, Audit::join));
                    waiting += subscriptions.isEligible(row) ? 1 : 0;
                }
                subscribed += subscriptions.role(row) == node ? 1 : 0;
            }
            String whose = node == RoleTree.ROOT ? "root" : "role " + tree.path(node);
            if (node != RoleTree.ROOT) {
                checkShares(tree.shares, node, below, whose);
                check(tree.waiting(node) == waiting, "%s: %s wait, not %s", whose, tree.waiting(node), waiting);
                checkRole(node, subscribed, whose);
            }
            FairOrder members = tree.members(node);
            int only = members != null && members.size() == 1 ? members.peek(0) : RoleTree.NONE;
            check(tree.onlyMember(node) == only, "%s: the only member is not %s", whose, only);
            checkOrder(tree.children(node), tree.shares, whose);
            checkOrder(tree.members(node), subscriptions.shares, whose);
        }
    }

    private void checkRole(int node, int subscribed, String whose) {
        if (!tree.isVirtual(node)) {
            check(tree.subscriptions(node) == subscribed, "%s: subscriptions are not %s", whose, subscribed);
            check(tree.find(tree.path(node)) == node, "%s: not found by its path", whose);
            boolean isNeeded = subscribed > 0
                    || tree.childCount(node) > 0
                    || tree.isWeighed(node)
                    || tree.isUnderQuota(node)
                    || !tree.reserved(node).isEmpty();
            check(isNeeded, "%s is of no use", whose);
        }
        FairOrder siblings = Objects.requireNonNull(tree.children(tree.parent(node)));
        check(
                count(siblings, node) == (tree.waiting(node) > 0 ? 1 : 0),
                "%s is not once among its siblings %s",
                whose,
                siblings);
        Quantities unsatisfied = books.quotas()
                .quota(node)
                .guarantees()
                .minusSaturating(books.quotas().consumed(node));
        check(
                books.quotas().unsatisfied(node).equals(unsatisfied),
                "%s lacks %s, not %s",
                whose,
                unsatisfied,
                books.quotas().unsatisfied(node));
    }

    private void checkOrder(@Nullable FairOrder order, Shares shares, String whose) {
        for (int i = 1; order != null && i < order.size(); i++) {
            check(shares.compare(order.peek(i - 1), order.peek(i)) < 0, "%s: out of order: %s", whose, order);
        }
    }

    private void checkDeadlines() {
        check(offers.size() == offerCount, "%s offers, not %s", offers.size(), offerCount);
        int expected = offerCount
                + reviveCount
                + books.filters().size()
                + subscriptions.setAsides.size()
                + subscriptions.gangs.waiting().size()
                + lookDeadlines
                + books.inverseOffers().deadlineCount();
        check(
                books.deadlines().size() == expected,
                "%s deadlines, not %s",
                books.deadlines().size(),
                expected);
        check(books.deadlines().isOrdered(), "deadlines are out of order");
    }
}
