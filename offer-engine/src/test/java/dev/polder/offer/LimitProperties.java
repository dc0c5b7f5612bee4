package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;

/**
 * No offer takes a role, or one above it, over its limit, whatever happened before: what counts is added up here from
 * agents, holdings and offers, not asked of the engine's quota.
 */
final class LimitProperties {
    private static final int HISTORIES_MAX = 100;
    private static final long SEED = 23;

    @Provide
    Arbitrary<List<Command>> histories() {
        return Command.histories();
    }

    @Property(tries = 300)
    void shouldOfferNothingBeyondALimitAtAnyLevel(@ForAll("histories") List<Command> history) {
        assertThat(exceeding(history, (limited, offered) -> true, 0)).isEmpty();
    }

    /** The check must be able to fail: were the limit a thousandth less, offers would be beyond it. */
    @Example
    void shouldSeeOffersBeyondALimitThatIsLess() {
        assertThat(foundIn(history -> exceeding(history, String::equals, 1))).isNotEmpty();
    }

    /** And for a limit of a role above that of the offer. */
    @Example
    void shouldSeeOffersBeyondALimitOfARoleAboveThatIsLess() {
        assertThat(foundIn(history -> exceeding(history, (limited, offered) -> !limited.equals(offered), 1)))
                .isNotEmpty();
    }

    /** Plays a history and tells of offers by which a limit, less some thousandths, was exceeded when they were made. */
    private static List<String> exceeding(List<Command> history, BiPredicate<String, String> isMeant, long less) {
        List<String> found = new ArrayList<>();
        Replay replay = new Replay(Shadow.Bug.NONE);
        for (Command command : history) {
            Set<Long> before = new TreeSet<>(replay.shadow.offers.keySet());
            replay.play(command);
            for (Offer offer : offers(replay)) {
                if (!before.contains(offer.id())) {
                    found.addAll(exceeding(replay, offer, isMeant, less));
                }
            }
        }
        return found;
    }

    private static List<String> exceeding(Replay replay, Offer offer, BiPredicate<String, String> isMeant, long less) {
        List<String> found = new ArrayList<>();
        for (String role = offer.role(); !role.isEmpty(); role = above(role)) {
            Quota quota = replay.engine.quota(role);
            if (quota.limits().isNone() || !isMeant.test(role, offer.role())) {
                continue;
            }
            Quantities consumed = consumed(replay, role);
            for (String name : Consumption.pool(offer.resources()).quantities().names()) {
                if (quota.limits().limit(name) != Long.MAX_VALUE
                        && consumed.of(name) > quota.limits().limit(name) - less) {
                    found.add(offer + " has role " + role + " consume " + consumed + " of " + quota.limits());
                }
            }
        }
        return found;
    }

    private static Quantities consumed(Replay replay, String role) {
        Consumption consumption = new Consumption(role);
        replay.shadow.agents.forEach((index, agent) -> {
            consumption.addTotal(replay.engine.total(index));
            agent.used.forEach((member, used) -> consumption.addHeld(member.role(), used));
        });
        offers(replay).forEach(offer -> consumption.addHeld(offer.role(), offer.resources()));
        return consumption.sum();
    }

    private static Collection<Offer> offers(Replay replay) {
        return replay.shadow.frameworks.keySet().stream()
                .flatMap(framework -> replay.engine.openOffers(framework).stream())
                .toList();
    }

    private static String above(String role) {
        return role.substring(0, Math.max(0, role.lastIndexOf('/')));
    }

    private static Stream<String> foundIn(Function<List<Command>, List<String>> check) {
        RandomGenerator<List<Command>> generator = Command.histories().generator(1_000);
        Random random = new Random(SEED);
        return Stream.generate(() -> generator.next(random))
                .map(Shrinkable::value)
                .limit(HISTORIES_MAX)
                .flatMap(history -> check.apply(history).stream());
    }
}
