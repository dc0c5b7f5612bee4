package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Tasks of random sizes and priorities, some running and some waiting, where every victim waits again: a task is a victim
 * only of higher ones, so that what runs becomes more valuable with each step and it ends.
 */
final class PreemptionProperties {
    private static final int AGENTS = 4;
    private static final long AGENT_CPUS = 8_000;
    private static final int PRIORITIES = 5;

    /** A task, which is a framework of its own here. */
    private record Task(long id, int framework, int priority, long cpus) {}

    @Property(tries = 300)
    void shouldEndWithinAsManyStepsAsThereAreTasks(@ForAll long seed) {
        new Play(new Random(seed), 0).play();
    }

    /** What is guaranteed is that of a role below which all tasks are: no step leaves it less. */
    @Property(tries = 300)
    void shouldEndWithinAGuaranteeToo(@ForAll long seed) {
        Random random = new Random(seed);
        new Play(random, 2_000L * (1 + random.nextInt(15))).play();
    }

    private static final class Play {
        private final Desk desk = new Desk(OfferEngineConfig.builder()
                .preemptAfterMs(0)
                .reofferDelayMs(0)
                .setAsideMs(0)
                .build());
        private final OfferEngine engine = desk.engine;
        private final Random random;

        /** The cpus that the tasks' role is guaranteed. */
        private final long guaranteed;

        private final Map<Long, Task> tasks = new TreeMap<>();
        private final Map<Long, Integer> running = new HashMap<>();
        private long nowMs;

        Play(Random random, long guaranteed) {
            this.random = random;
            this.guaranteed = guaranteed;
        }

        void play() {
            engine.setPriority("a", PRIORITIES);
            for (int agent = 0; agent < AGENTS; agent++) {
                engine.addAgent(AgentProfile.of(cpus(AGENT_CPUS)));
            }
            if (guaranteed > 0) {
                desk.setQuota("a", Quota.guarantee(Quantities.ofPlain(guaranteed, 0, 0, 0)));
            }
            for (long id = 0; id < 25; id++) {
                int framework = engine.addFramework(FrameworkProfile.of("f" + id, "a"));
                Task task = new Task(id, framework, random.nextInt(PRIORITIES), 1_000L * (1 + random.nextInt(6)));
                tasks.put(id, task);
                demand(task);
            }
            int steps = 0;
            List<Integer> before = worth();
            while (step()) {
                steps++;
                assertThat(steps).isLessThanOrEqualTo(tasks.size());
                List<Integer> after = worth();
                assertThat(isMore(after, before))
                        .as("%s after %s", after, before)
                        .isTrue();
                before = after;
            }
            expectNoWaitingTaskCouldPreempt();
        }

        private void demand(Task task) {
            engine.setDemands(
                    nowMs,
                    task.framework(),
                    "a",
                    List.of(Demand.of(1, Quantities.ofPlain(task.cpus(), 0, 0, 0))
                            .withPriority(task.priority())));
        }

        /** Launches what is offered until nothing is, then has the victims end; tells whether there were some. */
        private boolean step() {
            launch();
            if (desk.preemptions.isEmpty()) {
                // what found nothing rests for a while
                nowMs += 2_000;
                launch();
            }
            if (desk.preemptions.isEmpty()) {
                return false;
            }
            List<Task> victims = new ArrayList<>();
            for (Preemption preemption : desk.preemptions) {
                int higher = byFramework(preemption.framework()).priority();
                for (long id : preemption.victims()) {
                    Task victim = tasks.get(id);
                    assertThat(victim.priority()).isLessThan(higher);
                    assertThat(running.remove(id)).isEqualTo(preemption.agent());
                    engine.release(victim.framework(), "a", preemption.agent(), cpus(victim.cpus()));
                    engine.taskEnded(id);
                    victims.add(victim);
                }
            }
            assertThat(used()).isGreaterThanOrEqualTo(guaranteed);
            List<Preemption> decided = List.copyOf(desk.preemptions);
            desk.preemptions.clear();
            launch();
            assertThat(decided)
                    .allMatch(preemption -> running.containsKey(
                            byFramework(preemption.framework()).id()));
            victims.forEach(this::demand);
            return true;
        }

        private long used() {
            return running.keySet().stream()
                    .mapToLong(id -> tasks.get(id).cpus())
                    .sum();
        }

        private Task byFramework(int framework) {
            return tasks.values().stream()
                    .filter(task -> task.framework() == framework)
                    .findFirst()
                    .orElseThrow();
        }

        private void launch() {
            for (List<Offer> offers = desk.run(++nowMs); !offers.isEmpty(); offers = desk.run(nowMs)) {
                offers.forEach(this::accept);
            }
        }

        private void accept(Offer offer) {
            if (engine.offer(offer.id()) == null) {
                // rescinded at once, for a higher one
                return;
            }
            Task task = byFramework(offer.framework());
            engine.accept(nowMs, offer.id(), cpus(task.cpus()), 0);
            running.put(task.id(), offer.agent());
            engine.taskStarted(new RunningTask(
                    task.id(), "a", offer.agent(), cpus(task.cpus()), OptionalInt.of(task.priority()), nowMs));
        }

        /** How many tasks of each priority run, the highest first. */
        private List<Integer> worth() {
            List<Integer> worth = new ArrayList<>();
            for (int priority = PRIORITIES - 1; priority >= 0; priority--) {
                int wanted = priority;
                worth.add((int) running.keySet().stream()
                        .filter(id -> tasks.get(id).priority() == wanted)
                        .count());
            }
            return worth;
        }

        private static boolean isMore(List<Integer> one, List<Integer> other) {
            for (int i = 0; i < one.size(); i++) {
                if (!one.get(i).equals(other.get(i))) {
                    return one.get(i) > other.get(i);
                }
            }
            return false;
        }

        private void expectNoWaitingTaskCouldPreempt() {
            for (Task task : tasks.values()) {
                for (int agent = 0; agent < AGENTS && !running.containsKey(task.id()); agent++) {
                    int there = agent;
                    List<Long> lower = running.entrySet().stream()
                            .filter(entry -> entry.getValue() == there)
                            .map(entry -> tasks.get(entry.getKey()))
                            .filter(other -> other.priority() < task.priority())
                            .map(Task::cpus)
                            .toList();
                    expectTooLittle(task, agent, lower);
                }
            }
        }

        /** Neither all lower ones together nor, within the guarantee, one or two of them would be enough. */
        private void expectTooLittle(Task task, int agent, List<Long> lower) {
            long lacking = task.cpus() - engine.free(agent).cpus();
            long spare = guaranteed == 0 ? Long.MAX_VALUE : used() - guaranteed;
            assertThat(lower.stream().mapToLong(cpus -> cpus).sum())
                    .as("%s on agent %s", task, agent)
                    .satisfiesAnyOf(
                            all -> assertThat(all).isLessThan(lacking),
                            all -> assertThat(spare).isLessThan(all));
            for (int i = 0; i < lower.size(); i++) {
                for (int j = i; j < lower.size(); j++) {
                    long both = i == j ? lower.get(i) : lower.get(i) + lower.get(j);
                    assertThat(both >= lacking && both <= spare)
                            .as("%s on agent %s for %s or %s", task, agent, lower.get(i), lower.get(j))
                            .isFalse();
                }
            }
        }
    }
}
