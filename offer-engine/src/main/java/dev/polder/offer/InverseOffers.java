package dev.polder.offer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Agents that will be unavailable, and what the frameworks that have something of them say to it: each is asked, one
 * question at a time, and asked again when what it refused has ended. Owned by the engine's thread.
 */
final class InverseOffers {
    /** What is between one framework and one agent. */
    private static final class Talk {
        final int framework;
        InverseOffer.Answer answer = InverseOffer.Answer.UNKNOWN;

        /** The question that is open, null if none is. */
        @Nullable
        InverseOffer open;

        /** The deadline of what is open, else of the filter; -1 if there is neither. */
        int deadline = NONE;

        Talk(int framework) {
            this.framework = framework;
        }
    }

    private static final int NONE = -1;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final OpenOffers offers;
    private final Deadlines deadlines;
    private final OfferEngineConfig config;
    private final SortedMap<Integer, Unavailability> unavailable = new TreeMap<>();
    private final Map<Integer, SortedMap<Integer, Talk>> talks = new HashMap<>();
    private final Map<Long, Integer> agentOf = new HashMap<>();

    /** Whose deadline it is, by a number of its own. */
    private final Map<Integer, Talk> timed = new HashMap<>();

    private int nextTimed;

    InverseOffers(
            Agents agents,
            Subscriptions subscriptions,
            OpenOffers offers,
            Deadlines deadlines,
            OfferEngineConfig config) {
        this.agents = agents;
        this.subscriptions = subscriptions;
        this.offers = offers;
        this.deadlines = deadlines;
        this.config = config;
    }

    /** Notes when an agent will be unavailable, empty for never; what was said about another time counts no more. */
    void set(int agent, Optional<Unavailability> when, OfferSink sink) {
        end(agent, any -> true, sink);
        if (when.isPresent()) {
            unavailable.put(agent, when.get());
        } else {
            unavailable.remove(agent);
        }
    }

    Optional<Unavailability> unavailability(int agent) {
        return Optional.ofNullable(unavailable.get(agent));
    }

    // ---- questions to frameworks

    /** Tells whether a question is to be asked, or taken back. */
    boolean isDue() {
        return !unavailable.isEmpty() && isAnyDue(); // mostly there is none, and an iterator is an object
    }

    private boolean isAnyDue() {
        for (int agent : unavailable.keySet()) {
            SortedSet<Integer> asked = asked(agent);
            for (int framework : asked) {
                Talk talk = talksOf(agent).get(framework);
                if (talk == null || talk.deadline == NONE) {
                    return true;
                }
            }
            if (!asked.containsAll(talksOf(agent).keySet())) {
                return true;
            }
        }
        return false;
    }

    /** Asks all that have something of an agent that will be unavailable; takes back what others were asked. */
    void ask(long nowMs, OfferSink sink) {
        if (unavailable.isEmpty()) {
            return;
        }
        unavailable.forEach((agent, when) -> {
            SortedSet<Integer> asked = asked(agent);
            end(agent, framework -> !asked.contains(framework), sink);
            for (int framework : asked) {
                Talk talk = talks.computeIfAbsent(agent, key -> new TreeMap<>()).computeIfAbsent(framework, Talk::new);
                if (talk.deadline == NONE) {
                    ask(nowMs, agent, when, talk, sink);
                }
            }
        });
    }

    private void ask(long nowMs, int agent, Unavailability when, Talk talk, OfferSink sink) {
        talk.open = new InverseOffer(offers.takeId(), talk.framework, agent, when, nowMs);
        setDeadline(talk, Deadlines.after(nowMs, config.offerTimeoutMs()));
        agentOf.put(talk.open.id(), agent);
        sink.inverseOffered(talk.open);
    }

    private void setDeadline(Talk talk, long timeMs) {
        talk.deadline = deadlines.set(timeMs, Deadlines.Kind.INVERSE_OFFER, nextTimed);
        timed.put(nextTimed++, talk);
    }

    private void callOff(Talk talk) {
        if (talk.deadline != NONE) {
            timed.remove(deadlines.reference(talk.deadline));
            deadlines.callOff(talk.deadline);
            talk.deadline = NONE;
        }
    }

    /** Returns the active frameworks that have something of an agent. */
    private SortedSet<Integer> asked(int agent) {
        SortedSet<Integer> asked = new TreeSet<>();
        Links held = agents.holdings.ofAgent();
        for (int slot = held.first(agent); slot >= 0; slot = held.next(slot)) {
            asked.add(subscriptions.framework(agents.holdings.subscription(slot)));
        }
        Links offered = offers.ofAgent();
        for (int slot = offered.first(agent); slot >= 0; slot = offered.next(slot)) {
            asked.add(subscriptions.framework(offers.subscription(slot)));
        }
        asked.removeIf(framework -> !subscriptions.frameworks.isActive(framework));
        return asked;
    }

    private SortedMap<Integer, Talk> talksOf(int agent) {
        return talks.getOrDefault(agent, new TreeMap<>());
    }

    /** Ends what is between an agent and those frameworks. */
    private void end(int agent, Predicate<Integer> whose, OfferSink sink) {
        for (Talk talk : List.copyOf(talksOf(agent).values())) {
            if (whose.test(talk.framework)) {
                talksOf(agent).remove(talk.framework);
                callOff(talk);
                InverseOffer open = talk.open;
                if (open != null) {
                    agentOf.remove(open.id());
                    sink.inverseRescinded(open);
                }
            }
        }
        if (talksOf(agent).isEmpty()) {
            talks.remove(agent);
        }
    }

    /** Asks a framework nothing more, and forgets what it said. */
    void endOf(int framework, OfferSink sink) {
        for (int agent : unavailable.keySet()) {
            end(agent, other -> other == framework, sink);
        }
    }

    // ---- answers

    /** Returns the question of this id, null if it is not open. */
    @Nullable
    InverseOffer find(long id) {
        Integer agent = agentOf.get(id);
        if (agent != null) {
            for (Talk talk : talksOf(agent).values()) {
                if (talk.open != null && talk.open.id() == id) {
                    return talk.open;
                }
            }
        }
        return null;
    }

    /** Takes an answer, and asks again not before {@code refuseMs} have passed. */
    void answer(long nowMs, InverseOffer question, InverseOffer.Answer answer, long refuseMs) {
        Talk talk = talksOf(question.agent()).get(question.framework());
        if (talk == null) {
            throw Invariant.broken("inverse offer %s was asked of nobody", question);
        }
        close(nowMs, talk, question, refuseMs);
        talk.answer = answer;
    }

    private void close(long nowMs, Talk talk, InverseOffer question, long refuseMs) {
        callOff(talk);
        talk.open = null;
        agentOf.remove(question.id());
        setDeadline(talk, Deadlines.after(nowMs, Math.max(refuseMs, config.reofferDelayMs())));
    }

    /** A question's or a filter's time is over. */
    void expire(long nowMs, int reference, OfferSink sink) {
        Talk talk = timed.remove(reference);
        if (talk == null) {
            throw Invariant.broken("nothing is known of deadline %s", reference);
        }
        talk.deadline = NONE;
        InverseOffer open = talk.open;
        if (open != null) {
            close(nowMs, talk, open, 0);
            sink.inverseRescinded(open);
        }
    }

    /** Has a framework be asked again about all agents: it revived. */
    void forgetFilters(int framework) {
        for (SortedMap<Integer, Talk> its : talks.values()) {
            Talk talk = its.get(framework);
            if (talk != null && talk.open == null) {
                callOff(talk);
            }
        }
    }

    /** Returns what each framework said about an agent. */
    SortedMap<Integer, InverseOffer.Answer> answers(int agent) {
        SortedMap<Integer, InverseOffer.Answer> answers = new TreeMap<>();
        talksOf(agent).forEach((framework, talk) -> answers.put(framework, talk.answer));
        return answers;
    }

    /** Returns the questions that are open. */
    List<InverseOffer> open() {
        List<InverseOffer> open = new ArrayList<>();
        for (int agent : unavailable.keySet()) {
            for (Talk talk : talksOf(agent).values()) {
                if (talk.open != null) {
                    open.add(talk.open);
                }
            }
        }
        return open;
    }

    /** Returns how many deadlines there are. */
    int deadlineCount() {
        return timed.size();
    }
}
