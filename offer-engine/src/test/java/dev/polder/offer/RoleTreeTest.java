package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which roles are known: those that somebody is in, that are weighed, under quota or reserved to, and all above. */
final class RoleTreeTest {
    private static final Quantities SOME = Quantities.of(Map.of("cpus", 1_000L));

    private final ClusterTotal total = new ClusterTotal(Set.of());
    private final RoleTree tree = new RoleTree(new Shares(total, null), new Shares(total, null));

    @Test
    void shouldKnowARoleAndThoseAboveWhileSomebodyIsInIt() {
        int role = tree.index("a/b/c");
        tree.countSubscription(role, 1);
        assertThat(known("a", "a/b", "a/b/c", "a/b/c/d", "b")).containsExactly("a", "a/b", "a/b/c");

        tree.countSubscription(role, -1);

        assertThat(known("a", "a/b", "a/b/c")).isEmpty();
    }

    @Test
    void shouldKnowARoleThatIsReservedTo() {
        int role = tree.index("a/b");
        tree.changeReserved(role, SOME, Quantities.EMPTY);
        tree.dropIfIdle(role);
        assertThat(known("a", "a/b")).containsExactly("a", "a/b");
        assertThat(tree.reserved(tree.find("a"))).isEqualTo(SOME);

        tree.changeReserved(role, Quantities.EMPTY, SOME);
        tree.dropIfIdle(role);

        assertThat(known("a", "a/b")).isEmpty();
    }

    @Test
    void shouldKnowARoleThatIsWeighedOrUnderQuota() {
        tree.setWeight(tree.index("a/b"), 2_000);
        tree.setUnderQuota(tree.index("c"), true);
        assertThat(known("a", "a/b", "c")).containsExactly("a", "a/b", "c");

        tree.setWeight(tree.index("a/b"), Shares.WEIGHT_DEFAULT);
        tree.setUnderQuota(tree.index("c"), false);

        assertThat(known("a", "a/b", "c")).isEmpty();
    }

    @Test
    void shouldKnowARoleUntilTheLastReasonIsGone() {
        int role = tree.index("a");
        tree.countSubscription(role, 1);
        tree.countSubscription(tree.index("a/b"), 1);
        tree.setUnderQuota(role, true);
        tree.countSubscription(role, -1);
        tree.setUnderQuota(role, false);
        assertThat(known("a", "a/b")).as("a/b stands below it").containsExactly("a", "a/b");

        tree.countSubscription(tree.find("a/b"), -1);

        assertThat(known("a", "a/b")).isEmpty();
    }

    private Stream<String> known(String... roles) {
        return Stream.of(roles).filter(role -> tree.find(role) != RoleTree.NONE);
    }
}
