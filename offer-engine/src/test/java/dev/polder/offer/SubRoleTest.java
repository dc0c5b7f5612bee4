package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who comes first in a tree of roles, asked with a small agent beside one of 100 cpus on which everybody uses some. */
final class SubRoleTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int busy = desk.addAgent("cpus:100");

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldShareAtEachLevelOfTheTree() {
        desk.addFramework("a/x");
        desk.addFramework("a/y");
        desk.addFramework("b");
        engine.removeAgent(busy, desk);
        for (int i = 0; i < 8; i++) {
            desk.addAgent("cpus:1");
        }

        assertThat(Desk.byRole(desk.run(0)))
                .isEqualTo(Map.of("a/x", resources("cpus:2"), "a/y", resources("cpus:2"), "b", resources("cpus:4")));
    }

    @Test
    void shouldOrderRolesBelowTwoOthersByTheirSharesWithThem() {
        add("a/c", 4);
        add("a/d", 2);
        add("b/e", 1);
        add("b/f", 8);

        assertThat(turns()).as("a has 6, b has 9").containsExactly("a/d", "a/c", "b/e", "b/f");
    }

    @Test
    void shouldOrderTreesOfAnyDepth() {
        add("a/a/a/a/b", 3);
        add("a/a/a/a/c", 2);
        add("b", 4);
        add("a/a/d", 1);

        assertThat(turns()).as("a has 6, a/a/a 5 of it").containsExactly("b", "a/a/d", "a/a/a/a/c", "a/a/a/a/b");
    }

    @Test
    void shouldServeBranchAfterBranch() {
        add("a/x", 1);
        add("a/y", 5);
        add("b/x", 3);
        add("b/y", 4);
        add("c", 2);

        assertThat(turns())
                .as("a/y comes before b, though it has more than b/x")
                .containsExactly("c", "a/x", "a/y", "b/x", "b/y");
    }

    @Test
    void shouldFollowWhatIsUsedAndReleasedBelow() {
        int x = add("a/x", 2);
        add("a/y", 3);
        add("b", 4);
        assertThat(turns()).containsExactly("b", "a/x", "a/y");

        desk.use(x, "a/x", busy, "cpus:3");
        assertThat(turns()).containsExactly("b", "a/y", "a/x");
        desk.release(x, "a/x", busy, "cpus:5");

        assertThat(turns()).containsExactly("a/x", "a/y", "b");
        assertThat(engine.dominantShare("a")).isEqualTo(3 / 101.0, within(1e-9));
    }

    @Test
    void shouldLetARoleCompeteWithThoseBelowItOnceThereAreSome() {
        add("a", 2);
        add("b", 5);

        add("a/x", 1);
        add("a/y", 4);

        assertThat(turns()).as("a itself stands between").containsExactly("b", "a/x", "a", "a/y");
    }

    @Test
    void shouldTakeARoleInBelowOneThatHasSome() {
        add("a/x", 3);
        add("b", 5);
        assertThat(turns()).containsExactly("a/x", "b");

        add("a/y", 1);
        assertThat(turns()).containsExactly("a/y", "a/x", "b");
        add("a/z", 2);

        assertThat(turns()).as("a has 6 now").containsExactly("b", "a/y", "a/z", "a/x");
    }

    @Test
    void shouldKeepChargingARoleThatIsSuppressedWhenOneComesBelowIt() {
        int suppressed = add("a", 3);
        add("b", 2);
        engine.suppress(suppressed, "a");

        add("a/x", 0);
        assertThat(turns()).as("a uses 3, whoever is served").containsExactly("b", "a/x");
        engine.revive(nowMs, suppressed, "a");

        assertThat(turns()).containsExactly("b", "a/x", "a");
    }

    @Test
    void shouldBeALeafAgainWhenTheLastRoleBelowIsGone() {
        int framework = add("a", 2);
        int below = add("a/x", 3);
        add("b", 4);
        assertThat(turns()).containsExactly("b", "a", "a/x");

        desk.release(below, "a/x", busy, "cpus:3");
        engine.removeFramework(below, desk);
        assertThat(turns()).containsExactly("a", "b");
        desk.release(framework, "a", busy, "cpus:2");

        assertThat(engine.dominantShare("a")).isZero();
    }

    @Test
    void shouldBeALeafAgainThoughNobodyThereIsServed() {
        int suppressed = add("a", 2);
        int below = add("a/x", 0);
        add("b", 1);
        engine.suppress(suppressed, "a");
        assertThat(turns()).containsExactly("b", "a/x");

        engine.removeFramework(below, desk);
        assertThat(turns()).containsExactly("b");
        engine.revive(nowMs, suppressed, "a");

        assertThat(turns()).containsExactly("b", "a");
    }

    @Test
    void shouldOfferUnderEachRoleOfAFramework() {
        int framework = desk.addFramework("a", "a/x", "b/y");
        desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");

        List<Offer> offers = desk.run(0);

        assertThat(offers).extracting(Offer::framework).containsOnly(framework);
        assertThat(offers).extracting(Offer::role).containsExactly("a", "b/y", "b/y");
    }

    private long nowMs;
    private boolean hasProbe;

    /** Adds a framework in a role, and has it use some cpus. */
    private int add(String role, int cpus) {
        int framework = desk.addFramework(role);
        if (cpus > 0) {
            desk.use(framework, role, busy, "cpus:" + cpus);
        }
        return framework;
    }

    /** Asks for the order, with the busy agent out of the way. */
    private List<String> turns() {
        if (!hasProbe) {
            desk.addAgent("cpus:1");
            hasProbe = true;
        }
        engine.setAgentActive(busy, false, desk);
        nowMs += 10_000;
        return desk.turns(nowMs);
    }
}
