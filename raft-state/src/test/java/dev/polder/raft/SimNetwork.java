package dev.polder.raft;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The network between members in virtual time: it delays, loses, and reorders, and any direction of any link may be cut.
 *
 * <p>Each link has dice of its own, so that a message more on one of them changes nothing on the others.
 */
final class SimNetwork {
    /** Times in microseconds, chances from 0 to 1. */
    record Weather(int delayUsMin, int delayUsMax, double loss, boolean reorders) {
        static final Weather CALM = new Weather(200, 1_000, 0, false);
    }

    /** Changes an answer on its way, or keeps it; for directed tests. */
    interface Intruder {
        @Nullable
        PeerResponse answer(String from, String to, PeerRequest request, PeerResponse response);
    }

    private final SimTime time;
    private final long seed;
    private final Map<String, SimMember> members;
    private final Map<String, SplittableRandom> dice = new HashMap<>();
    private final Map<String, Long> lastArrivalNanos = new HashMap<>();
    private final Map<String, String> objections = new HashMap<>();
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

    void heal() {
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
                CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
                travel(member.name(), to, () -> arrive(member, life, to, request, answer));
                return answer;
            }

            @Override
            public void reach(Set<String> others) {
                member.book().reach(others);
            }

            @Override
            public String incarnation(String other) {
                return member.book().incarnation(other);
            }
        };
    }

    private void arrive(
            SimMember from, int fromLife, String to, PeerRequest request, CompletableFuture<PeerResponse> answer) {
        SimMember target = members.get(to);
        if (target == null || !target.isUp()) {
            fail(to, from, fromLife, answer, "refused by " + to);
            return;
        }
        target.run(target.life(), () -> {
            if (!from.isUp() || from.life() != fromLife) {
                return;
            }
            String objection = objection(from, target);
            if (objection != null) {
                if (!objection.equals(objections.put(link(from.name(), to), objection))) {
                    time.note(from.name() + " is refused by " + to + ": " + objection);
                }
                fail(to, from, fromLife, answer, objection);
                return;
            }
            target.book().meet(from.book().introduction());
            Introduction introduction = target.book().introduction();
            PeerResponse response = intruder.answer(
                    from.name(), to, request, target.core().answers().answer(request));
            if (response != null && target.isUp()) {
                travel(
                        to,
                        from.name(),
                        () -> from.run(fromLife, () -> {
                            from.book().meet(introduction);
                            answer.complete(response);
                        }));
            }
        });
    }

    /** As if there were a new connection for each request: whoever is refused was cut off. */
    private static @Nullable String objection(SimMember from, SimMember to) {
        String objection = to.book().objection(from.book().introduction());
        return objection != null ? objection : from.book().objection(to.book().introduction());
    }

    private void fail(String by, SimMember from, int fromLife, CompletableFuture<PeerResponse> answer, String reason) {
        travel(
                by,
                from.name(),
                () -> from.run(fromLife, () -> answer.completeExceptionally(new IllegalStateException(reason))));
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
