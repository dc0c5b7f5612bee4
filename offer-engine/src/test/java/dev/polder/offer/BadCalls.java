package dev.polder.offer;

import dev.polder.offer.Shadow.Member;
import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Calls that make no sense, given what is there. */
final class BadCalls {
    /** A call, which must be refused. */
    record Bad(String words, Runnable call) {}

    private static final int NONE = 99;
    private static final String NOWHERE = "nowhere";
    private static final Resources SOME = Resources.ofPlain(1_000, 0, 0, 0);
    private static final Resources TOO_MUCH = Resources.ofPlain(1_000_000_000_000L, 0, 0, 0);
    private static final Resources OVERFLOWING = Resources.ofPlain(Long.MAX_VALUE, 0, 0, 0);
    private static final Demand DEMAND = Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0));
    private static final Gang GANG = new Gang(1, DEMAND, 1_000);

    private final OfferEngine engine;
    private final Notes notes;
    private final Notice.Recorder sink;
    private final long nowMs;
    private final Optional<Long> lastToldMs;
    private final List<InverseOffer> questions;
    private final GangJudge gangs;
    private final List<Bad> all = new ArrayList<>();

    BadCalls(CalledEngine called) {
        engine = called.engine;
        notes = called.notes;
        sink = called.sink;
        nowMs = called.notes.nowMs;
        lastToldMs = called.lastToldMs;
        questions = called.referee.inverse.open();
        gangs = called.referee.gangs;
    }

    private void add(String words, Runnable call) {
        all.add(new Bad(words, call));
    }

    /** Returns all that are bad now. */
    List<Bad> all() {
        addUnknown();
        addWords();
        lastToldMs.ifPresent(told -> addPast(told - 1));
        notes.agents.forEach(this::addAgent);
        notes.frameworks.forEach(this::addFramework);
        notes.open.values().forEach(this::addOffer);
        questions.forEach(question -> addQuestion(question.id()));
        notes.tasks.values().forEach(task -> add("start " + task + " again", () -> engine.taskStarted(task.running())));
        return all;
    }

    private void addUnknown() {
        AgentProfile agent = AgentProfile.of(SOME);
        add("update no agent", () -> engine.updateAgent(NONE, agent, sink));
        add("no agent active", () -> engine.setAgentActive(-1, true, sink));
        add("forget filters of no agent", () -> engine.forgetFilters(NONE));
        add("remove no agent", () -> engine.removeAgent(NONE, sink));
        add("convert on no agent", () -> engine.convertAvailable(NONE, List.of()));
        add("no agent unavailable", () -> engine.setUnavailability(NONE, Optional.empty(), sink));
        add(
                "task on no agent",
                () -> engine.taskStarted(new RunningTask(1_000_000, "a", NONE, SOME, OptionalInt.empty(), nowMs)));
        add("update no framework", () -> engine.updateFramework(NONE, FrameworkProfile.of("x", "a"), sink));
        add("no framework active", () -> engine.setFrameworkActive(-1, false, sink));
        add("remove no framework", () -> engine.removeFramework(NONE, sink));
        add("suppress no framework", () -> engine.suppress(NONE, "a"));
        add("revive no framework", () -> engine.revive(nowMs + 7, NONE, "a"));
        add("demands of no framework", () -> engine.setDemands(nowMs + 7, NONE, "a", List.of()));
        add("clear demands of no framework", () -> engine.clearDemands(NONE, "a"));
        add("gang of no framework", () -> engine.askForGang(nowMs + 7, NONE, "a", GANG));
        add("accept no offer", () -> engine.accept(nowMs + 7, 1_000_000, SOME, 0));
        add("accept none at all", () -> engine.accept(nowMs + 7, List.of(), List.of(), SOME, 0));
        add("decline no offer", () -> engine.decline(nowMs + 7, -1, 0));
        add("withdraw no offer", () -> engine.withdraw(1_000_000));
        add("answer no question", () -> engine.answerInverse(nowMs + 7, -1, InverseOffer.Answer.ACCEPTED, 0));
        add("ask about no agent", () -> engine.free(NONE));
        add("ask about no framework", () -> engine.openOffers(NONE));
        add("explain to no framework", () -> engine.explain(nowMs, NONE, "a"));
    }

    private void addWords() {
        add("weight 0", () -> engine.setWeight("a", 0));
        add("weight of no role", () -> engine.setWeight("a//b", 1_000));
        add("priority of no role", () -> engine.setPriority("/a", 1));
        add("clear priority of no role", () -> engine.clearPriority("a/"));
        add("quota of no role", () -> engine.setQuotas(Map.of("", Quota.NONE), true, sink));
        Quota guarantee = Quota.guarantee(Quantities.ofPlain(1_000, 0, 0, 0));
        add("guarantee of a role below", () -> engine.setQuotas(Map.of("a/x", guarantee, "b", Quota.NONE), true, sink));
        Quota tooMuch = Quota.guarantee(TOO_MUCH.quantities());
        add("guarantee of too much", () -> engine.setQuotas(Map.of("a", tooMuch, "b", guarantee), false, sink));
    }

    private void addPast(long thenMs) {
        add("run before", () -> engine.run(thenMs, sink));
        notes.frameworks.forEach((index, framework) -> {
            for (String role : framework.profile.roles().keySet()) {
                add("revive before", () -> engine.revive(thenMs, index, role));
                add("demands before", () -> engine.setDemands(thenMs, index, role, List.of(DEMAND)));
                if (framework.isActive) {
                    add("gang before", () -> engine.askForGang(thenMs, index, role, GANG));
                }
            }
        });
        notes.open.keySet().forEach(offer -> {
            add("decline before", () -> engine.decline(thenMs, offer, 5_000));
            add("accept before", () -> engine.accept(thenMs, List.of(offer), List.of(), Resources.EMPTY, 5_000));
        });
        questions.forEach(question -> add(
                "answer before", () -> engine.answerInverse(thenMs, question.id(), InverseOffer.Answer.ACCEPTED, 0)));
    }

    private void addAgent(int index, Notes.Agent agent) {
        long cpus = agent.profile.total().scalar("cpus");
        if (cpus > 0) {
            add("add too large an agent", () -> engine.addAgent(AgentProfile.of(OVERFLOWING)));
        }
        Conversion conversion = new Conversion(TOO_MUCH, SOME);
        add("convert what is not free on " + index, () -> engine.convertAvailable(index, List.of(conversion)));
        notes.frameworks.keySet().forEach(framework -> {
            add("use under no role", () -> engine.use(framework, "a/./b", index, SOME, sink));
            add("release under no role", () -> engine.release(framework, NOWHERE, index, SOME));
            if (cpus > 0) {
                add("use too much", () -> engine.use(framework, "a", index, OVERFLOWING, sink));
            }
        });
        agent.used.forEach((member, used) -> {
            add(
                    "release more than is used",
                    () -> engine.release(member.framework(), member.role(), index, used.plus(SOME)));
            Resources ports = used.filter(id -> id.name().equals("ports"));
            if (!ports.isEmpty()) {
                add("use ports again", () -> engine.use(member.framework(), "b", index, ports, sink));
            }
            add("remove one who uses something", () -> engine.removeFramework(member.framework(), sink));
        });
        add(
                "unavailable for less than nothing",
                () -> engine.setUnavailability(index, Optional.of(new Unavailability(0, OptionalLong.of(-1))), sink));
    }

    private void addFramework(int index, Shadow.Framework framework) {
        String name = framework.profile.name();
        add("add " + name + " again", () -> engine.addFramework(FrameworkProfile.of(name, "a")));
        add("rename " + name, () -> engine.updateFramework(index, FrameworkProfile.of("x", "a"), sink));
        add("suppress nowhere", () -> engine.suppress(index, NOWHERE));
        add("revive nowhere", () -> engine.revive(nowMs + 7, index, NOWHERE));
        add("demands nowhere", () -> engine.setDemands(nowMs + 7, index, NOWHERE, List.of()));
        add("clear demands nowhere", () -> engine.clearDemands(index, NOWHERE));
        add("gang nowhere", () -> engine.askForGang(nowMs + 7, index, NOWHERE, GANG));
        for (String role : framework.profile.roles().keySet()) {
            Member member = new Member(index, role);
            List<Demand> many = Collections.nCopies(Demand.PER_ROLE_MAX + 1, DEMAND);
            add("too many demands of " + member, () -> engine.setDemands(nowMs + 7, index, role, many));
            if (gangs.waiting(member) == Gangs.PER_SUBSCRIPTION_MAX) {
                add("one more gang", () -> engine.askForGang(nowMs + 7, index, role, GANG));
            }
            if (!framework.isActive) {
                add("gang of inactive " + member, () -> engine.askForGang(nowMs + 7, index, role, GANG));
            }
        }
    }

    private void addOffer(Offer offer) {
        long id = offer.id();
        Resources more = offer.resources().plus(SOME);
        Conversion conversion = new Conversion(TOO_MUCH, SOME);
        add("accept more than is offered", () -> engine.accept(nowMs + 7, id, more, 0));
        add("accept twice", () -> engine.accept(nowMs + 7, List.of(id, id), List.of(), Resources.EMPTY, 0));
        add(
                "accept and one that is not",
                () -> engine.accept(nowMs + 7, List.of(id, 1_000_000L), List.of(), Resources.EMPTY, 0));
        add(
                "convert more than is offered",
                () -> engine.accept(nowMs + 7, List.of(id), List.of(conversion), Resources.EMPTY, 0));
        Resources cpus = Resources.ofPlain(offer.resources().cpus(), 0, 0, 0);
        if (!cpus.isEmpty()) {
            Conversion astray = new Conversion(cpus, cpus.push(Reservation.dynamic(offer.role() + "/y")));
            add(
                    "reserve for another role",
                    () -> engine.accept(nowMs + 7, List.of(id), List.of(astray), Resources.EMPTY, 0));
        }
        add("refuse for less than nothing", () -> engine.accept(nowMs + 7, id, offer.resources(), -1));
        add("decline for less than nothing", () -> engine.decline(nowMs + 7, id, -1));
        for (Offer other : notes.open.values()) {
            if (other.agent() != offer.agent()) {
                add(
                        "accept of two agents",
                        () -> engine.accept(nowMs + 7, List.of(id, other.id()), List.of(), Resources.EMPTY, 0));
            }
        }
    }

    private void addQuestion(long id) {
        add("answer nothing", () -> engine.answerInverse(nowMs + 7, id, InverseOffer.Answer.UNKNOWN, 0));
        add(
                "answer for less than nothing",
                () -> engine.answerInverse(nowMs + 7, id, InverseOffer.Answer.DECLINED, -1));
    }
}
