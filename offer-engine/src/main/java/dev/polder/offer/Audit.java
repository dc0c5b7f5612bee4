package dev.polder.offer;

import static dev.polder.offer.Invariant.check;

import dev.polder.offer.resource.Resources;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Checks an engine's books: conservation, and every column and index against what it is derived from. Slow on purpose:
 * it adds everything up anew.
 */
final class Audit {
    private final Books books;
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Roles roles;

    /** What should be charged, by subscription; filled while the agents are checked. */
    private final Map<Integer, Resources> charges = new HashMap<>();

    private final Map<Integer, Integer> holdings = new HashMap<>();
    private final Map<Integer, Integer> openOffers = new HashMap<>();
    private int offers;
    private int waits;

    Audit(Books books) {
        this.books = books;
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.roles = books.roles();
    }

    void run() {
        Resources total = Resources.EMPTY;
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            total = total.plus(agents.total(agent).scalarsOnly());
            checkConservation(agent);
            checkHoldings(agent);
            checkOffers(agent);
            checkLookouts(agent);
        }
        check(total.equals(agents.clusterTotal()), "cluster total %s is kept as %s", total, clusterTotal());
        checkSubscriptions();
        checkRoles();
        checkDeadlines();
    }

    private Resources clusterTotal() {
        return agents.clusterTotal();
    }

    // ---- agents

    private void checkConservation(int agent) {
        Resources total = agents.total(agent);
        Resources used = agents.used(agent);
        Resources offered = agents.offered(agent);
        Resources free = agents.free(agent);
        Resources over = agents.overcommitted(agent);
        Resources all = used.plus(offered).plus(free);
        boolean isConserved = all.covers(over) && all.minus(over).equals(total);
        boolean isApart = !used.intersects(offered) && !used.plus(offered).intersects(free) && !over.intersects(free);
        for (String name : over.scalars().keySet()) {
            isApart &= free.scalar(name) == 0;
        }
        check(
                isConserved && isApart,
                "agent %s not conserved: used %s, offered %s, free %s, overcommitted %s, total %s",
                agent,
                used,
                offered,
                free,
                over,
                total);
    }

    private void checkHoldings(int agent) {
        Resources[] sum = {Resources.EMPTY};
        agents.holdings(agent).forEach((subscription, resources) -> {
            check(!resources.isEmpty(), "agent %s keeps an empty holding of %s", agent, subscription);
            check(subscriptions.present().get(subscription), "agent %s is held by no one: %s", agent, subscription);
            sum[0] = sum[0].plus(resources);
            charges.merge(subscription, resources.scalarsOnly(), Resources::plus);
            holdings.merge(subscription, 1, Integer::sum);
        });
        check(sum[0].equals(agents.used(agent)), "agent %s: holdings %s, used %s", agent, sum[0], agents.used(agent));
    }

    private void checkOffers(int agent) {
        Resources sum = Resources.EMPTY;
        for (Deadline.OpenOffer open : books.offers().ofAgent(agent)) {
            check(
                    Objects.equals(books.offers().get(open.offer.id()), open),
                    "offer %s is not found by its id",
                    open.offer);
            check(books.deadlines().contains(open), "offer %s does not time out", open.offer);
            check(
                    subscriptions.framework(open.subscription) == open.offer.framework()
                            && subscriptions.roleName(open.subscription).equals(open.offer.role()),
                    "offer %s belongs to another",
                    open.offer);
            check(!open.offer.resources().isEmpty(), "offer %s is of nothing", open.offer);
            check(
                    books.offers().ofFramework(open.offer.framework()).contains(open),
                    "offer %s is not its framework's",
                    open.offer);
            sum = sum.plus(open.offer.resources());
            charges.merge(open.subscription, open.offer.resources().scalarsOnly(), Resources::plus);
            openOffers.merge(open.subscription, 1, Integer::sum);
            offers++;
        }
        check(sum.equals(agents.offered(agent)), "agent %s: offers %s, offered %s", agent, sum, agents.offered(agent));
    }

    /** Checks that nothing is overlooked: whatever could be offered, and no round will look at, is filtered. */
    private void checkLookouts(int agent) {
        Resources free = agents.free(agent);
        boolean isOfferable = agents.isActive(agent) && agents.isWorthOffering(free);
        check(agents.offerable().get(agent) == isOfferable, "agent %s: offerable is not %s", agent, isOfferable);
        check(isOfferable || !agents.changed().get(agent), "agent %s: changed but not offerable", agent);
        if (!isOfferable || agents.changed().get(agent)) {
            return;
        }
        BitSet present = subscriptions.present();
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            boolean isSeen = subscriptions.fresh().get(row) || books.filters().match(row, agent, free);
            check(isSeen || !subscriptions.isEligible(row), "agent %s: overlooked for %s", agent, describe(row));
        }
    }

    // ---- subscriptions and roles

    private void checkSubscriptions() {
        Map<Integer, Resources> byRole = new HashMap<>();
        Map<Integer, Integer> countByRole = new HashMap<>();
        BitSet present = subscriptions.present();
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            Resources charge = charges.getOrDefault(row, Resources.EMPTY);
            checkRow(subscriptions.shares, row, charge, describe(row));
            check(
                    subscriptions.holdings(row) == holdings.getOrDefault(row, 0)
                            && subscriptions.openOffers(row) == openOffers.getOrDefault(row, 0),
                    "%s: counts are wrong",
                    describe(row));
            boolean isNeeded = subscriptions.isSubscribed(row)
                    || subscriptions.holdings(row) > 0
                    || subscriptions.openOffers(row) > 0;
            check(isNeeded, "%s: neither subscribed nor charged", describe(row));
            checkEligibility(row);
            byRole.merge(subscriptions.role(row), charge, Resources::plus);
            countByRole.merge(subscriptions.role(row), 1, Integer::sum);
            waits += books.filters().count(row) + (subscriptions.isReviveWaiting(row) ? 1 : 0);
        }
        check(present.cardinality() >= charges.size(), "charges of subscriptions that are gone: %s", charges);
        Resources sum = byRole.values().stream().reduce(Resources.EMPTY, Resources::plus);
        checkRow(roles.shares, Roles.ROOT, sum, "root");
        BitSet rolesPresent = roles.present();
        for (int role = rolesPresent.nextSetBit(1); role >= 0; role = rolesPresent.nextSetBit(role + 1)) {
            checkRow(roles.shares, role, byRole.getOrDefault(role, Resources.EMPTY), "role " + roles.name(role));
            check(
                    roles.subscriptions(role) == countByRole.getOrDefault(role, 0),
                    "role %s: subscriptions are not %s",
                    roles.name(role),
                    roles.subscriptions(role));
        }
    }

    private void checkEligibility(int row) {
        int framework = subscriptions.framework(row);
        boolean isEligible = subscriptions.isSubscribed(row)
                && !subscriptions.isSuppressed(row)
                && subscriptions.isFrameworkActive(framework);
        check(subscriptions.containsFramework(framework), "%s: no such framework", describe(row));
        check(subscriptions.isEligible(row) == isEligible, "%s: eligible is not %s", describe(row), isEligible);
        check(isEligible || !subscriptions.fresh().get(row), "%s: fresh but not eligible", describe(row));
        check(
                subscriptions.find(framework, subscriptions.roleName(row)) == row,
                "%s: not found by its names",
                describe(row));
        boolean isWaited = subscriptions.isSubscribed(row) && subscriptions.isFrameworkActive(framework);
        check(isWaited || books.filters().count(row) == 0, "%s: filters of one that is gone", describe(row));
        FairOrder members = roles.members(subscriptions.role(row));
        int places = 0;
        for (int i = 0; i < members.size(); i++) {
            places += members.get(i) == row ? 1 : 0;
        }
        check(places == (isEligible ? 1 : 0), "%s: %s times in its role's order", describe(row), places);
    }

    private void checkRow(Shares shares, int row, Resources charge, String whose) {
        check(shares.charged(row).equals(charge), "%s: charged %s, not %s", whose, shares.charged(row), charge);
        check(
                subscriptions.isStale() || shares.share(row) == shares.compute(row, clusterTotal()),
                "%s: share is out of date",
                whose);
    }

    private void checkRoles() {
        int ordered = 0;
        for (int role = roles.present().nextSetBit(1);
                role >= 0;
                role = roles.present().nextSetBit(role + 1)) {
            FairOrder members = roles.members(role);
            for (int i = 1; i < members.size(); i++) {
                check(
                        subscriptions.comesBefore(members.get(i - 1), members.get(i)),
                        "role %s: members out of order: %s",
                        roles.name(role),
                        members);
            }
            ordered += roles.isOrdered(role) ? 1 : 0;
            boolean isNeeded = roles.subscriptions(role) > 0 || roles.shares.weight(role) != Shares.WEIGHT_DEFAULT;
            check(isNeeded && roles.find(roles.name(role)) == role, "role %s is of no use", roles.name(role));
        }
        check(roles.order.size() == ordered, "%s roles in order, not %s", roles.order.size(), ordered);
        for (int i = 0; i < roles.order.size(); i++) {
            check(roles.isOrdered(roles.order.get(i)), "a role without members is in order: %s", roles.order);
            check(
                    i == 0 || roles.compare(roles.order.get(i - 1), roles.order.get(i)) < 0,
                    "roles out of order: %s",
                    roles.order);
        }
    }

    private void checkDeadlines() {
        check(
                books.offers().size() == offers,
                "%s offers, not %s",
                books.offers().size(),
                offers);
        int expected = offers + waits;
        check(
                books.deadlines().size() == expected,
                "%s deadlines, not %s",
                books.deadlines().size(),
                expected);
        List<Long> times = books.deadlines().times();
        for (int i = 1; i < times.size(); i++) {
            check(times.get((i - 1) / 2) <= times.get(i), "deadlines out of order: %s", times);
        }
    }

    private String describe(int row) {
        return "framework " + subscriptions.framework(row) + " in role " + subscriptions.roleName(row);
    }
}
