package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Gangs among random events: all offers of a gang are made at one time or none, and nothing is held after its time. */
final class GangProperties {
    private static final int AGENTS = 6;

    @Property(tries = 300)
    void shouldServeAllOrNone(@ForAll long seed) {
        new Play().play(new Random(seed));
    }

    private static final class Play {
        private final Desk desk = new Desk();
        private final OfferEngine engine = desk.engine;
        private final int ganging = engine.addFramework(FrameworkProfile.of("ganging", "a"));
        private final int other = engine.addFramework(FrameworkProfile.of("other", "b"));
        private final Map<Long, Gang> waiting = new HashMap<>();
        private final Map<Long, Long> endMs = new HashMap<>();

        void play(Random random) {
            engine.setDemands(0, ganging, "a", List.of());
            for (int agent = 0; agent < AGENTS; agent++) {
                engine.addAgent(AgentProfile.of(cpus(8_000)));
            }
            long nowMs = 0;
            for (int step = 0; step < 60; step++) {
                nowMs += random.nextInt(400);
                happen(random, nowMs);
                check(desk.run(nowMs), nowMs);
            }
        }

        private void happen(Random random, long nowMs) {
            int agent = random.nextInt(AGENTS);
            switch (random.nextInt(6)) {
                case 0 -> {
                    Gang gang = new Gang(
                            1 + random.nextInt(4),
                            Demand.of(1, Quantities.ofPlain(1_000L * (1 + random.nextInt(8)), 0, 0, 0)),
                            1 + random.nextInt(2_000));
                    if (waiting.size() < 5) {
                        long id = engine.askForGang(nowMs, ganging, "a", gang);
                        waiting.put(id, gang);
                        endMs.put(id, nowMs + gang.withinMs());
                    }
                }
                case 1, 2 -> {
                    List<Offer> open = new ArrayList<>(engine.openOffers(other));
                    open.addAll(engine.openOffers(ganging));
                    if (!open.isEmpty()) {
                        Offer offer = open.get(random.nextInt(open.size()));
                        Resources used = cpus(Math.min(offer.resources().cpus(), 1_000L * random.nextInt(4)));
                        engine.accept(nowMs, offer.id(), used, random.nextInt(500));
                    }
                }
                case 3, 4 -> release(agent);
                default -> {
                    engine.setAgentActive(agent, false, desk);
                    engine.setAgentActive(agent, true, desk);
                }
            }
        }

        private void release(int agent) {
            for (Map.Entry<Integer, String> each :
                    Map.of(ganging, "a", other, "b").entrySet()) {
                for (long cpus = 8_000; cpus > 0; cpus -= 1_000) {
                    try {
                        engine.release(each.getKey(), each.getValue(), agent, cpus(cpus));
                        break;
                    } catch (IllegalArgumentException lessIsUsed) {
                        // less, then
                    }
                }
            }
        }

        private void check(List<Offer> made, long nowMs) {
            Map<Long, List<Offer>> gangs = new HashMap<>();
            for (Offer offer : made) {
                if (offer.gang() != OfferView.NO_GANG) {
                    gangs.computeIfAbsent(offer.gang(), id -> new ArrayList<>()).add(offer);
                }
            }
            gangs.forEach((id, offers) -> {
                Gang gang = waiting.remove(id);
                assertThat(offers).hasSize(gang.agents());
                assertThat(offers).extracting(Offer::agent).doesNotHaveDuplicates();
                assertThat(offers)
                        .allMatch(offer -> offer.resources()
                                .equals(cpus(gang.each().shape().cpus())));
                assertThat(nowMs).isLessThan(endMs.get(id));
            });
            waiting.keySet().removeIf(id -> nowMs >= endMs.get(id));
            assertThat(engine.openOffers(ganging)).allMatch(offer -> offer.gang() != OfferView.NO_GANG);
            if (waiting.isEmpty()) {
                assertThat(engine.explain(nowMs, other, "b"))
                        .as("nothing is held for nobody")
                        .noneMatch(refusal -> refusal.why() == Refusal.Why.SET_ASIDE);
            }
        }
    }
}
