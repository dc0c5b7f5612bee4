package dev.polder.offer;

import static dev.polder.offer.Caller.pick;

import dev.polder.offer.Shadow.Member;
import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Plays the moves by which resources are taken and given back: answers to offers and questions, tasks, releases. */
final class Taker {
    private final CalledEngine called;
    private final OfferEngine engine;
    private final Notes notes;
    private final Referee referee;
    private final Liar liar;
    private long nextTask;

    Taker(CalledEngine called) {
        this.called = called;
        engine = called.engine;
        notes = called.notes;
        referee = called.referee;
        liar = called.liar;
    }

    /** Makes a move, if there is something to make it with. */
    void play(Move move) {
        switch (move.kind()) {
            case LAUNCH, ACCEPT_PART, ACCEPT_TOGETHER, ACCEPT_AND_CONVERT, DECLINE, WITHDRAW -> {
                if (!notes.open.isEmpty()) {
                    playOffer(move, pick(notes.open.values(), move.pick()));
                }
            }
            case LAUNCH_ALL -> eachSingle(offer -> launch(move, offer));
            case DECLINE_ALL -> playDeclines(move);
            case ANSWER_GANG -> {
                List<Offer> parts = notes.open.values().stream()
                        .filter(offer -> offer.gang() != OfferView.NO_GANG)
                        .toList();
                if (!parts.isEmpty() && move.other() % 2 == 0) {
                    decline(pick(parts, move.pick()), move.millis());
                } else if (!parts.isEmpty()) {
                    launch(move, pick(parts, move.pick()));
                }
            }
            case FIND_TASK, USE -> {
                if (!notes.agents.isEmpty() && !notes.frameworks.isEmpty()) {
                    playUse(move);
                }
            }
            case RELEASE -> playRelease(move);
            case END_TASK -> {
                if (!notes.tasks.isEmpty()) {
                    end(pick(notes.tasks.values(), move.pick()));
                }
            }
            case END_VICTIMS -> playVictims(move);
            case ANSWER_INVERSE -> {
                List<InverseOffer> open = referee.inverse.open();
                if (!open.isEmpty()) {
                    playAnswer(move, pick(open, move.pick()));
                }
            }
            default -> throw new IllegalArgumentException("not of this class: " + move);
        }
    }

    // ---- offers

    private void playOffer(Move move, Offer offer) {
        List<Offer> one = List.of(offer);
        Resources part = Stocks.both(offer.resources(), move.amount());
        switch (move.kind()) {
            case LAUNCH -> launch(move, offer);
            case ACCEPT_PART -> accept(one, List.of(), part, move.millis());
            case ACCEPT_TOGETHER -> {
                List<Offer> together = notes.offersOf(offer.agent()).stream()
                        .filter(other -> Notes.member(other).equals(Notes.member(offer)))
                        .filter(other -> (other.gang() == OfferView.NO_GANG) == (offer.gang() == OfferView.NO_GANG))
                        .toList();
                accept(together, List.of(), part, move.millis());
            }
            case ACCEPT_AND_CONVERT -> {
                List<Conversion> conversions = Wishes.conversions(move, offer.resources(), offer.role());
                Resources used = Resources.ofPlain(Math.max(0, offer.resources().cpus() - 2_000), 0, 0, 0);
                accept(one, conversions, used, move.millis());
            }
            case DECLINE -> decline(offer, move.millis());
            default ->
                called.call(
                        "withdraw " + offer.id(),
                        () -> engine.withdraw(offer.id()),
                        () -> referee.answered(offer, false));
        }
    }

    /** One framework, or all, decline all but what is for gangs. */
    private void playDeclines(Move move) {
        eachSingle(offer -> {
            if (move.other() % 2 == 0 || offer.framework() == move.pick() % 4) {
                decline(offer, move.millis());
            }
        });
    }

    /** Has each offer answered that is for no gang, unless an answer before had it rescinded. */
    private void eachSingle(Consumer<Offer> answer) {
        for (Offer offer : List.copyOf(notes.open.values())) {
            if (offer.gang() == OfferView.NO_GANG && notes.open.containsKey(offer.id())) {
                answer.accept(offer);
            }
        }
    }

    private void decline(Offer offer, long refuseMs) {
        called.call(
                "decline " + offer.id() + " for " + refuseMs,
                () -> engine.decline(called.tell(), offer.id(), refuseMs),
                () -> accepted(List.of(offer), List.of(), Resources.EMPTY, refuseMs));
    }

    private void launch(Move move, Offer offer) {
        Resources some = Stocks.both(offer.resources(), Resources.ofPlain(3_000, 64_000, 0, 32_000));
        Resources used = move.other() % 2 == 0 || some.isEmpty() ? offer.resources() : some;
        accept(List.of(offer), List.of(), used, move.millis());
        start(move, offer.agent(), Notes.member(offer), used);
    }

    private void start(Move move, int agent, Member member, Resources used) {
        OptionalInt priority = move.other() % 3 == 0 ? OptionalInt.of(move.pick() % 5) : OptionalInt.empty();
        RunningTask task = new RunningTask(nextTask++, member.role(), agent, used, priority, notes.nowMs);
        called.call("start " + task, () -> engine.taskStarted(task), () -> {
            if (notes.config.preemptAfterMs().isPresent()) {
                notes.tasks.put(task.id(), new Notes.Task(task, member));
            }
        });
    }

    private void accept(List<Offer> offers, List<Conversion> conversions, Resources used, long refuseMs) {
        List<Long> ids = offers.stream().map(Offer::id).toList();
        String words = "accept " + ids + " for " + used + " after " + conversions + ", the rest not for " + refuseMs;
        Runnable note = () -> accepted(offers, conversions, used, refuseMs);
        if (!conversions.isEmpty()) {
            called.attempt(words, () -> engine.accept(called.tell(), ids, conversions, used, refuseMs), note);
        } else if (ids.size() > 1) {
            called.call(words, () -> engine.accept(called.tell(), ids, conversions, used, refuseMs), note);
        } else {
            called.call(words, () -> engine.accept(called.tell(), ids.get(0), used, refuseMs), note);
        }
    }

    private void accepted(List<Offer> offers, List<Conversion> conversions, Resources used, long refuseMs) {
        int agent = offers.get(0).agent();
        Member member = Notes.member(offers.get(0));
        offers.forEach(offer -> referee.answered(offer, !used.isEmpty()));
        if (!conversions.isEmpty()) {
            notes.convert(agent, conversions);
        }
        notes.use(agent, member, used);
        Resources all = offers.stream().map(Offer::resources).reduce(Resources.EMPTY, Resources::plus);
        Resources rest = Notes.apply(all, conversions).minus(used.filter(id -> !id.isShared()));
        long refusedMs = used.isEmpty() ? Math.max(refuseMs, notes.config.reofferDelayMs()) : refuseMs;
        notes.refused(new Notes.Filter(member, agent, rest, notes.nowMs + liar.filterMs(refusedMs), true));
    }

    // ---- what is in use

    private void playUse(Move move) {
        int agent = pick(notes.agents.keySet(), move.pick());
        Member member = new Member(pick(notes.frameworks.keySet(), move.other()), pick(Move.ROLES, move.other() / 4));
        Resources plain = Resources.ofPlain(move.pick() % 3 == 0 ? 4_000 : 2_000, 0, 0, 16_000);
        Resources used = move.kind() == Move.Kind.USE
                ? move.amount()
                : Stocks.both(notes.free(agent), plain).plain();
        String words = member + " uses on " + agent + ": " + used;
        Runnable call = () -> engine.use(member.framework(), member.role(), agent, used, called.sink);
        Runnable note = () -> notes.use(agent, member, used);
        if (move.kind() == Move.Kind.USE) {
            called.attempt(words, call, note);
        } else if (!used.isEmpty()) {
            called.call(words, call, note);
            start(move, agent, member, used);
        }
    }

    /** What one member uses on one agent apart from tasks. */
    private record Holding(int agent, Member member, Resources loose) {}

    private void playRelease(Move move) {
        List<Holding> holdings = new ArrayList<>();
        notes.agents.forEach((index, agent) -> agent.used.forEach((member, used) -> {
            Resources ofTasks = notes.tasks.values().stream()
                    .filter(task ->
                            task.member().equals(member) && task.running().agent() == index)
                    .map(task -> task.running().resources())
                    .reduce(Resources.EMPTY, Resources::plus);
            Resources loose = used.minusSaturating(ofTasks);
            if (!loose.isEmpty()) {
                holdings.add(new Holding(index, member, loose));
            }
        }));
        if (!holdings.isEmpty()) {
            holdings.sort(Comparator.comparing(Holding::toString));
            Holding holding = pick(holdings, move.pick());
            Resources all = holding.loose();
            release(holding.agent(), holding.member(), move.other() % 2 == 0 ? all : Stocks.both(all, move.amount()));
        }
    }

    private void release(int agent, Member member, Resources amount) {
        called.call(
                member + " releases on " + agent + ": " + amount,
                () -> engine.release(member.framework(), member.role(), agent, amount),
                () -> notes.release(agent, member, amount));
    }

    private void end(Notes.Task task) {
        long id = task.running().id();
        release(task.running().agent(), task.member(), task.running().resources());
        called.call("end " + id, () -> engine.taskEnded(id), () -> notes.tasks.remove(id));
    }

    private void playVictims(Move move) {
        Set<Long> ending = new TreeSet<>(referee.preemptions.asked());
        ending.retainAll(notes.tasks.keySet());
        if (!ending.isEmpty()) {
            Notes.Task first = notes.tasks.get(pick(ending, move.pick()));
            for (long id : ending) {
                Notes.Task task = notes.tasks.get(id);
                if (task.running().agent() == first.running().agent()) {
                    end(task);
                }
            }
        }
    }

    private void playAnswer(Move move, InverseOffer question) {
        InverseOffer.Answer answer =
                move.other() % 2 == 0 ? InverseOffer.Answer.ACCEPTED : InverseOffer.Answer.DECLINED;
        called.call(
                answer + " to " + question,
                () -> engine.answerInverse(called.tell(), question.id(), answer, move.millis()),
                () -> referee.inverse.answered(question, answer, liar.inverseFilterMs(move.millis())));
    }
}
