package dev.polder.offer;

import dev.polder.offer.OfferEngineConfig.Order;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A cluster that is given away to frameworks which take one task an offer, again and again, until it holds no further
 * task of anybody. All but one offer of a round go back, so that each task is taken by whoever has the smallest share.
 */
final class Rationing {
    private static final long FOREVER = Long.MAX_VALUE;
    private static final List<String> NAMES = List.of("cpus", "mem", "licences");

    private final Desk desk;
    private final List<Resources> shapes;

    /** How many tasks each framework has on each agent. */
    private final int[][] tasks;

    /**
     * Gives a cluster away.
     *
     * @param order between the roles
     * @param agents what each agent has
     * @param shapes a task of each framework; each is in a role of its own
     */
    Rationing(Order order, List<Resources> agents, List<Resources> shapes) {
        desk = new Desk(OfferEngineConfig.builder()
                .minimum(Minimum.NONE)
                .roleOrder(order)
                .build());
        this.shapes = shapes;
        tasks = new int[shapes.size()][agents.size()];
        agents.forEach(total -> desk.engine.addAgent(AgentProfile.of(total)));
        for (int i = 0; i < shapes.size(); i++) {
            desk.addFramework("r" + i);
        }
        List<Double> shares = shares();
        for (List<Offer> offers = desk.run(0); !offers.isEmpty(); offers = desk.run(0)) {
            answer(offers, shares);
            shares = shares();
        }
        desk.engine.checkInvariants();
    }

    private List<Double> shares() {
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            shares.add(desk.engine.dominantShare(i, "r" + i));
        }
        return shares;
    }

    private void answer(List<Offer> offers, List<Double> shares) {
        Offer next = offers.get(0);
        for (Offer offer : offers) {
            next = shares.get(offer.framework()) < shares.get(next.framework()) ? offer : next;
        }
        for (Offer offer : offers) {
            if (offer.id() != next.id()) {
                desk.engine.withdraw(offer.id());
            }
        }
        Resources task = shapes.get(next.framework());
        if (next.resources().covers(task)) {
            desk.engine.accept(0, next.id(), task, 0);
            tasks[next.framework()][next.agent()]++;
        } else {
            desk.engine.decline(0, next.id(), FOREVER);
        }
    }

    /** Returns how many tasks of a shape what a framework has would hold. */
    long worth(int framework, Resources shape) {
        long worth = 0;
        for (int count : tasks[framework]) {
            worth += fits(count, framework, shape);
        }
        return worth;
    }

    /** Returns the same, but for one task of what it has: the one without which it is worth least. */
    private long worthButForOne(int framework, Resources shape) {
        long least = worth(framework, shape);
        long all = least;
        for (int count : tasks[framework]) {
            if (count > 0) {
                least = Math.min(least, all - fits(count, framework, shape) + fits(count - 1, framework, shape));
            }
        }
        return least;
    }

    private long fits(int count, int framework, Resources shape) {
        long fits = Long.MAX_VALUE;
        for (String name : NAMES) {
            if (shape.scalar(name) > 0) {
                fits = Math.min(fits, count * shapes.get(framework).scalar(name) / shape.scalar(name));
            }
        }
        return fits;
    }

    /** Returns by how many of its own tasks a framework would rather have what another has, one task of that left out. */
    long envy() {
        long envy = Long.MIN_VALUE;
        for (int one = 0; one < tasks.length; one++) {
            for (int other = 0; other < tasks.length; other++) {
                long rather = worthButForOne(other, shapes.get(one)) - worth(one, shapes.get(one));
                envy = one == other ? envy : Math.max(envy, rather);
            }
        }
        return envy;
    }

    /** Returns amounts in whole units. */
    static Resources units(long cpus, long mem, long licences) {
        return Resources.ofScalars(Map.of("cpus", 1_000 * cpus, "mem", 1_000 * mem, "licences", 1_000 * licences));
    }
}
