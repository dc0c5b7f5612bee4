package dev.polder.raft.recipe;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What decides in the recipes is told the time, and does nothing but decide. */
class RecipeRulesTest {
    private static final String PURE = ".*[.$](RecipeState|KeyEdit|TxnRun|RangeRead|SortedTree|History|Lease"
            + "|SessionMemory|LeaseKeeper|ReadQueue|WatchIndex|Caller|RecipeServer)(\\$.*)?";

    private static final ArchRule IS_PURE = noClasses()
            .that()
            .haveNameMatching(PURE)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "identityHashCode", Object.class)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.(util\\.concurrent|io|nio\\.(file|channels)|net|time|security)\\..*"
                    + "|java\\.util\\.(Random|SplittableRandom|UUID)|java\\.lang\\.(Thread|Process.*|Runtime)"
                    + "|org\\.slf4j\\..*");

    /** The state is the same on every member: no order that is not its own. */
    private static final ArchRule HAS_AN_ORDER = noClasses()
            .that()
            .haveNameMatching(".*\\.recipe\\.(RecipeState|TxnRun|RangeRead|SortedTree|History|Lease|SessionMemory)")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(Identity)?Hash(Map|Set)");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.polder.raft.recipe");

    @Test
    void shouldDecideWithoutClockThreadOrInputAndOutput() {
        IS_PURE.check(CLASSES);
        assertThat(IS_PURE.evaluate(new ClassFileImporter().importClasses(RecipeState.class))
                        .hasViolation())
                .isFalse();
        assertThat(IS_PURE.evaluate(new ClassFileImporter().importClasses(Planted.RecipeState.class))
                        .hasViolation())
                .isTrue();
    }

    @Test
    void shouldHoldNothingInTheOrderOfHashes() {
        HAS_AN_ORDER.check(CLASSES);
    }

    /** Breaks the rule under a name that it knows. Never called. */
    static final class Planted {
        private Planted() {}

        static final class RecipeState {
            CompletableFuture<Long> now() {
                return CompletableFuture.completedFuture(System.nanoTime());
            }
        }
    }
}
