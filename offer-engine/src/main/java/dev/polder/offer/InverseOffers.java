package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.BitSet;
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
        final int agent;
        InverseOffer.Answer answer = InverseOffer.Answer.UNKNOWN;

        /** The question that is open, null if none is. */
        @Nullable
        InverseOffer open;

        /** The deadline of what is open, else of the filter; -1 if there is neither. */
        int deadline = NONE;

        Talk(int framework, int agent) {
            this.framework = framework;
            this.agent = agent;
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

    /** The agents that will be unavailable of which somebody is to be asked, or asked no more. */
    private final BitSet touched = new BitSet();

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
            touched.set(agent);
        } else {
            unavailable.remove(agent);
            touched.clear(agent);
        }
    }

    /** Notes that who has something of an agent may have changed. */
    void touch(int agent) {
        if (!unavailable.isEmpty() && unavailable.containsKey(agent)) {
            touched.set(agent);
        }
    }

    /** Notes that a framework is active again. */
    void touchAll() {
        unavailable.keySet().forEach(touched::set);
    }

    Optional<Unavailability> unavailability(int agent) {
        return Optional.ofNullable(unavailable.get(agent));
    }

    // ---- questions to frameworks

    /** Tells whether a question is to be asked, or taken back. */
    boolean isDue() {
        return !touched.isEmpty();
    }

    /** Asks all that have something of an agent that will be unavailable; takes back what others were asked. */
    void ask(long nowMs, OfferSink sink) {
        for (int agent = touched.nextSetBit(0); agent >= 0; agent = touched.nextSetBit(agent + 1)) {
            ask(nowMs, agent, requireNonNull(unavailable.get(agent)), sink);
        }
        touched.clear();
    }

    private void ask(long nowMs, int agent, Unavailability when, OfferSink sink) {
        SortedSet<Integer> asked = asked(agent);
        endUnless(asked, agent, sink);
        for (int framework : asked) {
            Talk talk = talks.computeIfAbsent(agent, key -> new TreeMap<>())
                    .computeIfAbsent(framework, key -> new Talk(framework, agent));
            if (talk.deadline == NONE) {
                ask(nowMs, when, talk, sink);
            }
        }
    }

    /** Ends the talks with others than these; what was answered is kept for as long as nothing would be asked. */
    private void endUnless(SortedSet<Integer> asked, int agent, OfferSink sink) {
        end(agent, talk -> !asked.contains(talk.framework) && (talk.open != null || talk.deadline == NONE), sink);
    }

    private void ask(long nowMs, Unavailability when, Talk talk, OfferSink sink) {
        talk.open = new InverseOffer(offers.takeId(), talk.framework, talk.agent, when, nowMs);
        setDeadline(talk, Deadlines.after(nowMs, config.offerTimeoutMs()));
        agentOf.put(talk.open.id(), talk.agent);
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

    /** Ends those talks about an agent. */
    private void end(int agent, Predicate<Talk> isMeant, OfferSink sink) {
        for (Talk talk : List.copyOf(talksOf(agent).values())) {
            if (isMeant.test(talk)) {
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
            end(agent, talk -> talk.framework == framework, sink);
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
        touched.set(talk.agent);
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
                touched.set(talk.agent);
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
