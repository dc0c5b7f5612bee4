package dev.polder.raft;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The network between members in virtual time: it delays, loses, reorders, and repeats, and any direction of any link may be
 * cut. What was sent arrives though its sender be dead by then.
 *
 * <p>The real transport delivers a request once at most: it belongs to one connection and is gone with it, see {@link
 * OutgoingConnection}. Raft does not count on that, so here a request, or an answer, may come again, up to seconds later.
 *
 * <p>Each link has dice of its own, so that a message more on one of them changes nothing on the others.
 */
final class SimNetwork {
    /** Times in microseconds, chances from 0 to 1. */
    record Weather(int delayUsMin, int delayUsMax, double loss, boolean reorders, double repeats) {
        static final Weather CALM = steady(200, 1_000);

        /** Nothing is lost or repeated, and all stays in order. */
        static Weather steady(int delayUsMin, int delayUsMax) {
            return new Weather(delayUsMin, delayUsMax, 0, false, 0);
        }
    }

    /** What comes twice comes again up to about so late, most of it much sooner. */
    private static final int REPEATED_MS_MAX = 4_000;

    /** Changes a request or an answer on its way, or keeps it; for directed tests. */
    interface Intruder {
        default PeerRequest request(String from, String to, PeerRequest request) {
            return request;
        }

        @Nullable
        PeerResponse answer(String from, String to, PeerRequest request, PeerResponse response);
    }

    private final SimTime time;
    private final long seed;
    private final Map<String, SimMember> members;
    private final Map<String, SplittableRandom> dice = new HashMap<>();
    private final Map<String, Long> lastArrivalNanos = new HashMap<>();
    private final Map<String, String> objections = new HashMap<>();
    private final Map<String, String> refusals = new HashMap<>();
    /** The newest starts that members know of others. */
    private final Map<String, Integer> knownLives = new HashMap<>();

    private final Set<String> cut = new LinkedHashSet<>();
    private Weather weather = Weather.CALM;
    private Intruder intruder = (from, to, request, response) -> response;

    SimNetwork(SimTime time, long seed, Map<String, SimMember> members) {
        this.time = time;
        this.seed = seed;
        this.members = members;
    }

    void weather(Weather now) {
        weather = now;
    }

    void intruder(Intruder now) {
        intruder = now;
    }

    /** Cuts one direction. */
    void cut(String from, String to) {
        cut.add(link(from, to));
    }

    /** Nobody talks to a member, nor it to anybody, and all know why. */
    void refuse(String member, String reason) {
        refusals.put(member, reason);
        members.keySet().forEach(other -> {
            cut(member, other);
            cut(other, member);
        });
    }

    void heal() {
        refusals.clear();
        cut.clear();
    }

    boolean isCut(String from, String to) {
        return cut.contains(link(from, to));
    }

    private static String link(String from, String to) {
        return from + ">" + to;
    }

    private SplittableRandom dice(String link) {
        return dice.computeIfAbsent(link, name -> new SplittableRandom(seed * 31 + name.hashCode()));
    }

    /** Returns the way out of one start of a member. */
    PeerNetwork of(SimMember member, int life) {
        return new PeerNetwork() {
            @Override
            public CompletableFuture<PeerResponse> send(String to, PeerRequest request) {
                Sent sent = new Sent(member, life, member.book(), request, new CompletableFuture<>());
                carry(member.name(), to, () -> arrive(sent, to));
                return sent.answer();
            }

            @Override
            public void reach(Set<String> others) {
                member.book().reach(others);
            }

            @Override
            public List<LogStatus.Refusal> refusals() {
                return refusals.entrySet().stream()
                        .map(entry -> new LogStatus.Refusal(entry.getKey(), entry.getValue()))
                        .toList();
            }

            @Override
            public Map<String, String> unreached() {
                return members.values().stream()
                        .filter(other -> !other.isUp())
                        .collect(Collectors.toMap(SimMember::name, other -> "nobody listens there"));
            }

            @Override
            public @Nullable Duration electionTimeout(String other) {
                return member.book().electionTimeout(other);
            }

            @Override
            public String incarnation(String other) {
                return member.book().incarnation(other);
            }
        };
    }

    private record Sent(
            SimMember from, int life, PeerBook book, PeerRequest request, CompletableFuture<PeerResponse> answer) {
        /** Tells whether the process that has sent this still lives. */
        boolean isAwaited() {
            return from.isUp() && from.life() == life;
        }
    }

    private void arrive(Sent sent, String to) {
        SimMember target = members.get(to);
        if (target == null || !target.isUp()) {
            fail(to, sent, "refused by " + to);
        } else {
            target.run(target.life(), () -> handle(sent, target));
        }
    }

    private void handle(Sent sent, SimMember target) {
        String from = sent.from().name();
        String to = target.name();
        String objection = objection(sent.book(), target.book());
        if (objection != null) {
            if (sent.isAwaited() && !objection.equals(objections.put(link(from, to), objection))) {
                time.note(from + " is refused by " + to + ": " + objection);
            }
            fail(to, sent, objection);
            return;
        }
        if (sent.isAwaited()) {
            meet(target, sent.from());
        }
        int life = target.life();
        Introduction introduction = target.book().introduction();
        PeerRequest request = intruder.request(from, to, sent.request());
        PeerResponse response =
                intruder.answer(from, to, request, target.core().answers().answer(request));
        if (response != null && target.isUp()) {
            carry(
                    to,
                    from,
                    () -> sent.from().run(sent.life(), () -> {
                        if (meet(sent.from(), to, life, introduction)) {
                            sent.answer().complete(response);
                        } else {
                            sent.answer().completeExceptionally(new IllegalStateException(to + " has started again"));
                        }
                    }));
        }
    }

    private void meet(SimMember member, SimMember other) {
        meet(member, other.name(), other.life(), other.book().introduction());
    }

    /** Returns whether that start is the newest known; the connections of those before are gone. */
    private boolean meet(SimMember member, String other, int life, Introduction introduction) {
        String link = link(member.name(), other);
        if (knownLives.getOrDefault(link, 0) > life) {
            return false;
        }
        knownLives.put(link, life);
        if (member.book().meet(introduction)) {
            member.context().peerDied(other);
        }
        return true;
    }

    /** A member calls another, which answers, unless something is lost or one of them objects. */
    void call(SimMember from, SimMember to) {
        int life = from.life();
        travel(
                from.name(),
                to.name(),
                () -> to.run(to.life(), () -> {
                    if (from.isUp() && from.life() == life && objection(from.book(), to.book()) == null) {
                        meet(to, from);
                        int answering = to.life();
                        Introduction introduction = to.book().introduction();
                        travel(
                                to.name(),
                                from.name(),
                                () -> from.run(life, () -> {
                                    if (meet(from, to.name(), answering, introduction)) {
                                        from.context().peerBack(to.name());
                                    }
                                }));
                    }
                }));
    }

    /** As if there were a new connection for each request: whoever is refused was cut off. */
    private static @Nullable String objection(PeerBook from, PeerBook to) {
        String objection = to.objection(from.introduction());
        return objection != null ? objection : from.objection(to.introduction());
    }

    private void fail(String by, Sent sent, String reason) {
        travel(
                by,
                sent.from().name(),
                () -> sent.from()
                        .run(
                                sent.life(),
                                () -> sent.answer().completeExceptionally(new IllegalStateException(reason))));
    }

    /** Sends a request or an answer, which may arrive again. What a member says late it says only if it lives by then. */
    private void carry(String from, String to, Runnable arrival) {
        if (!time.isAhead()) {
            carryNow(from, to, arrival);
            return;
        }
        SimMember sender = members.get(from);
        int life = sender == null ? 0 : sender.life();
        time.at(time.nanos(), () -> {
            if (sender != null && sender.isUp() && sender.life() == life) {
                carryNow(from, to, arrival);
            }
        });
    }

    private void carryNow(String from, String to, Runnable arrival) {
        travel(from, to, arrival);
        if (weather.repeats() > 0) {
            SplittableRandom random = dice(link(from, to));
            if (random.nextDouble() < weather.repeats()) {
                // most of them soon, some very late
                double ms = Math.pow(REPEATED_MS_MAX, random.nextDouble());
                time.after((long) (ms * 1_000_000), () -> travel(from, to, arrival));
            }
        }
    }

    /** Has something happen at the other end, unless it is lost. */
    void travel(String from, String to, Runnable arrival) {
        String link = link(from, to);
        SplittableRandom random = dice(link);
        long delayUs = random.nextInt(weather.delayUsMin(), weather.delayUsMax());
        if (random.nextDouble() < weather.loss() || cut.contains(link)) {
            return;
        }
        long at = time.nanos() + delayUs * 1_000;
        if (!weather.reorders()) {
            at = Math.max(at, lastArrivalNanos.getOrDefault(link, 0L) + 1);
            lastArrivalNanos.put(link, at);
        }
        time.at(at, () -> {
            if (!cut.contains(link)) {
                arrival.run();
            }
        });
    }
}
