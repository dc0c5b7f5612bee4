package dev.polder.offer;

import dev.polder.offer.Shadow.Member;
import dev.polder.offer.resource.Conversion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Plays moves to an engine, and has all of it judged, or only written down. */
final class Caller {
    private static final List<String> NAMES = List.of("first", "second", "third", "another", "last");
    private static final int AGENTS_MAX = 6;
    private static final int FRAMEWORKS_MAX = 4;

    final CalledEngine called;
    private final OfferEngine engine;
    private final Notes notes;
    private final Referee referee;
    private final Liar liar;
    private final Notice.Recorder sink;
    private final Taker taker;

    Caller(CalledEngine called) {
        this.called = called;
        engine = called.engine;
        notes = called.notes;
        referee = called.referee;
        liar = called.liar;
        sink = called.sink;
        taker = new Taker(called);
    }

    /** Makes a move, if there is something to make it with. */
    void play(Move move) {
        called.pass(move.pauseMs());
        switch (move.kind()) {
            case ADD_AGENT, ADD_FRAMEWORK, SET_WEIGHT, SET_WHITELIST, SET_QUOTA, END_QUOTAS -> playCluster(move);
            case SET_PRIORITY, CLEAR_PRIORITY, PAUSE, RESUME, CALL_OFF_GANG, MAKE_NO_SENSE -> playWords(move);
            case UPDATE_AGENT, AGENT_OFF, AGENT_ON, FORGET_FILTERS, REMOVE_AGENT, CONVERT, UNAVAILABLE, AVAILABLE -> {
                if (!notes.agents.isEmpty()) {
                    playAgent(move, pick(notes.agents.keySet(), move.pick()));
                }
            }
            case UPDATE_FRAMEWORK, FRAMEWORK_OFF, FRAMEWORK_ON, REMOVE_FRAMEWORK -> {
                if (!notes.frameworks.isEmpty()) {
                    playFramework(move, pick(notes.frameworks.keySet(), move.pick()));
                }
            }
            case SUPPRESS, REVIVE, SET_DEMANDS, CLEAR_DEMANDS, ASK_FOR_GANG -> {
                List<Member> members = members();
                if (!members.isEmpty()) {
                    playRole(move, pick(members, move.pick()));
                }
            }
            case RUN -> called.passRunning(move.millis());
            default -> taker.play(move);
        }
    }

    static <T> T pick(Collection<T> from, int pick) {
        return new ArrayList<>(from).get(pick % from.size());
    }

    /** Returns all subscriptions. */
    private List<Member> members() {
        List<Member> members = new ArrayList<>();
        notes.frameworks.forEach((index, framework) ->
                framework.profile.roles().keySet().forEach(role -> members.add(new Member(index, role))));
        return members;
    }

    // ---- the cluster

    private void playCluster(Move move) {
        String role = pick(Move.ROLES, move.other());
        switch (move.kind()) {
            case ADD_AGENT -> {
                if (notes.agents.size() < AGENTS_MAX) {
                    AgentProfile profile = Wishes.agent(move);
                    called.call(
                            "add " + profile,
                            () -> engine.addAgent(profile),
                            agent -> notes.agents.put(agent, new Notes.Agent(profile)));
                }
            }
            case ADD_FRAMEWORK -> {
                List<String> names = new ArrayList<>(NAMES);
                notes.frameworks.values().forEach(framework -> names.remove(framework.profile.name()));
                if (notes.frameworks.size() < FRAMEWORKS_MAX) {
                    FrameworkProfile profile = Wishes.framework(pick(names, move.pick()), move);
                    called.call(
                            "add " + profile,
                            () -> engine.addFramework(profile),
                            framework -> notes.frameworks.put(framework, new Shadow.Framework(profile)));
                }
            }
            case SET_WEIGHT ->
                called.call("set weight", () -> engine.setWeight(role, 500 + 500L * move.pick()), () -> {});
            case SET_WHITELIST -> {
                Optional<Set<String>> hosts =
                        move.pick() % 2 == 0 ? Optional.of(Set.of("h1", "h2", "h3")) : Optional.empty();
                called.call("whitelist " + hosts, () -> engine.setWhitelist(hosts), () -> notes.setWhitelist(hosts));
            }
            case SET_QUOTA -> setQuotas(Map.of(role, Wishes.quota(move.pick())), move.other() % 2 == 0);
            default -> {
                Map<String, Quota> none = new TreeMap<>();
                notes.quotas.keySet().forEach(its -> none.put(its, Quota.NONE));
                setQuotas(none, true);
            }
        }
    }

    private void setQuotas(Map<String, Quota> update, boolean force) {
        called.attempt(
                "set " + update + (force ? " by force" : ""),
                () -> engine.setQuotas(update, force, sink),
                () -> notes.setQuotas(liar.quotas(update)));
    }

    private void playWords(Move move) {
        String role = pick(List.of("a", "a/x", "b", "c"), move.other());
        int priority = move.pick() % 5;
        switch (move.kind()) {
            case SET_PRIORITY ->
                called.call(
                        "priority of " + role + " is " + priority,
                        () -> engine.setPriority(role, priority),
                        () -> notes.setPriority(role, priority));
            case CLEAR_PRIORITY ->
                called.call(
                        "no priority of " + role, () -> engine.clearPriority(role), () -> notes.clearPriority(role));
            case PAUSE -> called.call("pause", engine::pause, () -> notes.isPaused = true);
            case RESUME -> called.call("resume", engine::resume, () -> notes.isPaused = false);
            case CALL_OFF_GANG -> {
                long gang = referee.gangs.size() - (long) (move.pick() % 3);
                called.call(
                        "call off gang " + gang,
                        () -> engine.callOffGang(gang),
                        waited -> referee.gangs.calledOff(gang, waited));
            }
            default -> {
                List<BadCalls.Bad> all = new BadCalls(called).all();
                BadCalls.Bad bad = pick(all, 64 * move.pick() + move.other());
                called.refuse(bad.words(), bad.call());
            }
        }
    }

    private void playAgent(Move move, int agent) {
        switch (move.kind()) {
            case UPDATE_AGENT -> {
                AgentProfile profile = move.other() % 2 == 0
                        ? Wishes.agent(move)
                        : notes.agent(agent)
                                .profile
                                .withTotal(Wishes.agent(move).total());
                called.call(
                        "update " + agent + ": " + profile,
                        () -> engine.updateAgent(agent, profile, sink),
                        () -> notes.updateAgent(agent, profile));
            }
            case FORGET_FILTERS ->
                called.call(
                        "forget filters of " + agent,
                        () -> engine.forgetFilters(agent),
                        () -> notes.forgetFilters(agent));
            case REMOVE_AGENT ->
                called.call("remove agent " + agent, () -> engine.removeAgent(agent, sink), () -> {
                    notes.removeAgent(agent);
                    referee.inverse.begunAnew(agent);
                });
            case CONVERT -> {
                List<Conversion> conversions =
                        Wishes.conversions(move, notes.free(agent), move.other() % 2 == 0 ? "a/x" : "b");
                called.attempt(
                        "convert on " + agent + ": " + conversions,
                        () -> engine.convertAvailable(agent, conversions),
                        () -> notes.convert(agent, conversions));
            }
            case UNAVAILABLE, AVAILABLE -> {
                Optional<Unavailability> when = move.kind() == Move.Kind.AVAILABLE
                        ? Optional.empty()
                        : Optional.of(new Unavailability(move.other(), OptionalLong.empty()));
                called.call(
                        "agent " + agent + " unavailable " + when,
                        () -> engine.setUnavailability(agent, when, sink),
                        () -> {
                            notes.agent(agent).unavailability = when;
                            referee.inverse.begunAnew(agent);
                        });
            }
            default -> {
                boolean active = move.kind() == Move.Kind.AGENT_ON;
                called.call(
                        "agent " + agent + " active: " + active,
                        () -> engine.setAgentActive(agent, active, sink),
                        () -> notes.setAgentActive(agent, active));
            }
        }
    }

    // ---- frameworks

    private void playFramework(Move move, int framework) {
        switch (move.kind()) {
            case UPDATE_FRAMEWORK -> {
                FrameworkProfile profile =
                        Wishes.framework(notes.framework(framework).profile.name(), move);
                called.call(
                        "update " + framework + ": " + profile,
                        () -> engine.updateFramework(framework, profile, sink),
                        () -> notes.updateFramework(framework, profile));
            }
            case REMOVE_FRAMEWORK -> {
                boolean isIdle = notes.agents.values().stream()
                        .flatMap(agent -> agent.used.keySet().stream())
                        .noneMatch(member -> member.framework() == framework);
                if (isIdle) {
                    called.call(
                            "remove framework " + framework,
                            () -> engine.removeFramework(framework, sink),
                            () -> notes.removeFramework(framework));
                }
            }
            default -> {
                boolean active = move.kind() == Move.Kind.FRAMEWORK_ON;
                called.call(
                        "framework " + framework + " active: " + active,
                        () -> engine.setFrameworkActive(framework, active, sink),
                        () -> notes.setFrameworkActive(framework, active));
            }
        }
    }

    private void playRole(Move move, Member member) {
        int framework = member.framework();
        String role = member.role();
        switch (move.kind()) {
            case SUPPRESS ->
                called.call("suppress " + member, () -> engine.suppress(framework, role), () -> notes.suppress(member));
            case REVIVE ->
                called.call("revive " + member, () -> engine.revive(called.tell(), framework, role), () -> {
                    if (notes.revive(member)) {
                        referee.revived(framework);
                    }
                });
            case SET_DEMANDS -> {
                List<Demand> demands = Wishes.demands(move);
                called.call(
                        member + " waits for " + demands,
                        () -> engine.setDemands(called.tell(), framework, role, demands),
                        () -> notes.setDemands(member, demands));
            }
            case CLEAR_DEMANDS ->
                called.call(
                        member + " takes everything",
                        () -> engine.clearDemands(framework, role),
                        () -> notes.clearDemands(member));
            default -> {
                Gang gang = Wishes.gang(move);
                long endsMs = notes.nowMs + liar.withinMs(gang.withinMs());
                if (notes.framework(framework).isActive && referee.gangs.waiting(member) < Gangs.PER_SUBSCRIPTION_MAX) {
                    called.call(
                            member + " asks for " + gang,
                            () -> engine.askForGang(called.tell(), framework, role, gang),
                            id -> referee.gangs.asked(id, member, gang, endsMs));
                }
            }
        }
    }
}
