package dev.polder.offer;

import dev.polder.offer.Prospects.Prospect;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds what has to end for a demand, on which agent: nothing, where what ends already is enough, else offers, else tasks
 * that were not asked before, else any. Of offers and tasks alike the fewest, of equals the lowest, then the youngest.
 * Nothing is changed. Owned by the engine's thread.
 */
final class VictimSearch {
    /** On how many agents, those that lack least, it is looked for what takes more than one victim. */
    private static final int SEARCHED_MAX = 64;

    /** More tasks than this end for no demand. */
    private static final int VICTIMS_MAX = 64;

    /** Who is looked for: a demand of a subscription, with its priority. */
    record Seeker(int subscription, Demand demand, int priority) {}

    /** What has to end on an agent. */
    record Found(int agent, List<Candidate> offers, List<Candidate> tasks) {}

    /** In which order the candidates of one agent should go. */
    private static final Comparator<Candidate> LOWEST_FIRST = Comparator.comparing(Candidate::isAsked)
            .thenComparingInt(Candidate::priority)
            .thenComparing(Comparator.comparingLong(Candidate::since).reversed());

    private final Books books;
    private final Agents agents;
    private final RunningTasks tasks;
    private final OpenOffers offers;
    private final Ledger ledger;
    private final Prospects prospects;

    VictimSearch(Books books, Ledger ledger, Prospects prospects) {
        this.books = books;
        this.ledger = ledger;
        this.prospects = prospects;
        agents = books.agents();
        tasks = books.tasks();
        offers = books.offers();
    }

    /** Returns what has to end on one of these agents, null if nothing would help. */
    @Nullable
    Found find(long nowMs, Seeker seeker, List<Prospect> found) {
        Set<Integer> ending = new HashSet<>();
        tasks.asked().stream().filter(task -> tasks.isEnding(nowMs, task)).forEach(task -> ending.add(task.agent()));
        for (Prospect each : found) {
            boolean isThinkable = each.lacking() == 0 || ending.contains(each.agent());
            if (isThinkable && room(nowMs, seeker, each.agent()).isEnoughFor(seeker.demand)) {
                return new Found(each.agent(), List.of(), List.of());
            }
        }
        Surplus ofOffers = new Surplus(books, ledger, true);
        List<Candidate> chosen = find(nowMs, seeker, found, ofOffers, agent -> offers(seeker, agent));
        if (!chosen.isEmpty()) {
            return new Found(chosen.get(0).agent(), chosen, List.of());
        }
        Surplus ofTasks = new Surplus(books, ledger, false);
        chosen = find(nowMs, seeker, found, ofTasks, agent -> tasks(nowMs, seeker, agent, false));
        if (chosen.isEmpty() && !tasks.asked().isEmpty()) {
            chosen = find(nowMs, seeker, found, ofTasks, agent -> tasks(nowMs, seeker, agent, true));
        }
        return chosen.isEmpty() ? null : new Found(chosen.get(0).agent(), List.of(), chosen);
    }

    /** Returns the best choice: one on any agent, or more on one of those that lack least. */
    private List<Candidate> find(
            long nowMs, Seeker seeker, List<Prospect> found, Surplus surplus, IntFunction<List<Candidate>> candidates) {
        List<Candidate> best = List.of();
        List<Prospect> withSome = new ArrayList<>();
        for (Prospect each : found) {
            List<Candidate> its = candidates.apply(each.agent());
            if (!its.isEmpty()) {
                withSome.add(each);
                best = better(best, choose(nowMs, seeker, its, surplus, 1));
            }
        }
        if (best.isEmpty()) {
            withSome.sort(Prospect.CLOSEST_FIRST);
            for (Prospect each : withSome.subList(0, Math.min(SEARCHED_MAX, withSome.size()))) {
                int most = best.isEmpty() ? VICTIMS_MAX : best.size();
                best = better(best, choose(nowMs, seeker, candidates.apply(each.agent()), surplus, most));
            }
        }
        return best;
    }

    private List<Candidate> choose(long nowMs, Seeker seeker, List<Candidate> candidates, Surplus surplus, int most) {
        List<Resources> gains = candidates.stream()
                .map(each -> prospects.visible(seeker.subscription, each.resources()))
                .toList();
        Room room = room(nowMs, seeker, candidates.get(0).agent());
        Victims victims = new Victims(seeker.demand, room, gains, surplus.costs(candidates));
        List<Candidate> chosen =
                victims.find(most).stream().map(candidates::get).toList();
        prospects.count(victims.tries());
        return chosen;
    }

    /** Returns what is free, or will be when what ends already has ended, less what is in use beyond what there is. */
    private Room room(long nowMs, Seeker seeker, int agent) {
        Resources room = prospects.visible(seeker.subscription, agents.free().get(agent));
        for (RunningTask task : tasks.on(agent)) {
            if (tasks.isEnding(nowMs, task)) {
                room = room.plus(prospects.visible(seeker.subscription, task.resources()));
            }
        }
        return Room.of(room, prospects.visible(seeker.subscription, agents.overcommitted(agent)));
    }

    // ---- candidates

    /** Returns the offers of an agent that serve a lower priority; those of gangs stand. */
    private List<Candidate> offers(Seeker seeker, int agent) {
        List<Candidate> lower = new ArrayList<>();
        Links its = offers.ofAgent();
        prospects.count(its.count(agent));
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            int priority = offers.gang(slot) == Gangs.NONE ? priority(slot) : Integer.MAX_VALUE;
            if (priority < seeker.priority) {
                String role = books.subscriptions().path(offers.subscription(slot));
                Resources amounts = offers.amounts().get(slot);
                lower.add(new Candidate(slot, agent, role, amounts, priority, offers.id(slot), false));
            }
        }
        lower.sort(LOWEST_FIRST);
        return lower;
    }

    /** Returns the priority of what an offer serves. */
    private int priority(int slot) {
        int subscription = offers.subscription(slot);
        String role = books.subscriptions().path(subscription);
        Demands demands = books.subscriptions().demands;
        int demand = demands.has(subscription) ? demands.demandOf(slot) : Demands.NONE;
        return demand == Demands.NONE
                ? tasks.priority(role)
                : tasks.priority(demands.demand(subscription, demand).priority(), role);
    }

    /** Returns the tasks of an agent that have a lower priority, and do not end already. */
    private List<Candidate> tasks(long nowMs, Seeker seeker, int agent, boolean withAsked) {
        List<Candidate> lower = new ArrayList<>();
        prospects.count(tasks.on(agent).size());
        for (RunningTask task : tasks.on(agent)) {
            boolean isAsked = tasks.isAsked(task);
            int priority =
                    isAsked && (!withAsked || tasks.isEnding(nowMs, task)) ? Integer.MAX_VALUE : tasks.priority(task);
            if (priority < seeker.priority) {
                lower.add(new Candidate(
                        task.id(), agent, task.role(), task.resources(), priority, task.startedMs(), isAsked));
            }
        }
        lower.sort(LOWEST_FIRST.thenComparingLong(Candidate::id));
        return lower;
    }

    // ---- choices

    /** Returns which of these are fewer, then lower, then younger; what is nothing is no choice. */
    private static List<Candidate> better(List<Candidate> one, List<Candidate> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        Comparator<List<Candidate>> order = Comparator.<List<Candidate>>comparingInt(List::size)
                .thenComparingInt(VictimSearch::highest)
                .thenComparing(Comparator.comparingLong(VictimSearch::oldest).reversed());
        return order.compare(one, other) <= 0 ? one : other;
    }

    private static int highest(List<Candidate> these) {
        return these.stream().mapToInt(Candidate::priority).max().orElseThrow();
    }

    private static long oldest(List<Candidate> these) {
        return these.stream().mapToLong(Candidate::since).min().orElseThrow();
    }
}
