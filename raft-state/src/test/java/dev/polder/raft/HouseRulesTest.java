package dev.polder.raft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.impl.DefaultRaftServer;
import io.atomix.protocols.raft.storage.system.MetaStore;
import io.atomix.utils.serializer.Serializer;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import net.openhft.chronicle.map.ChronicleMap;
import org.junit.jupiter.api.Test;

/** What this module must never do, nested classes included. Each rule is shown a class that breaks it. */
class HouseRulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.polder.raft");

    private static final DescribedPredicate<JavaClass> PUBLIC_FACE =
            DescribedPredicate.describe("belong to the public face", HouseRulesTest::isPublic);

    /** A type in an interface is called public, and is only as public as that. */
    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass()
                        .map(outer -> !outer.isInterface() || isPublic(outer))
                        .orElse(true);
    }

    private static final DescribedPredicate<JavaClass> FOREIGN = DescribedPredicate.describe(
            "are of a dependency",
            type -> !type.getBaseComponentType().isPrimitive()
                    && !type.getPackageName().startsWith("java.")
                    && !type.getPackageName().startsWith("dev.polder.raft"));

    private static final ArchRule NO_FOREIGN_TYPE_RETURNED = noCodeUnits()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(PUBLIC_FACE)
            .should()
            .haveRawReturnType(FOREIGN);

    private static final ArchRule NO_FOREIGN_TYPE_TAKEN = noCodeUnits()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(PUBLIC_FACE)
            .should()
            .haveRawParameterTypes(DescribedPredicate.describe(
                    "contain one of a dependency", types -> types.stream().anyMatch(FOREIGN)));

    private static final ArchRule NO_FOREIGN_FIELD = noFields()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(PUBLIC_FACE)
            .should()
            .haveRawType(FOREIGN);

    private static final ArchRule REFLECTION_IN_ONE_PLACE = noClasses()
            .that()
            .doNotBelongToAnyOf(AtomixAccess.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.reflect..");

    private static final ArchRule NOTHING_THAT_NEEDS_JVM_FLAGS = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("(io\\.atomix\\.utils\\.serializer\\.Namespaces"
                    + "|io\\.atomix\\.protocols\\.raft\\.impl\\.DefaultRaftServer"
                    + "|io\\.atomix\\.protocols\\.raft\\.storage\\.system\\.RaftNamespaces)(\\$.*)?"
                    + "|org\\.agrona\\.concurrent\\..*");

    /** It is not even on the class path; what of Atomix is overridden names the type in a constructor that never runs. */
    private static final ArchRule NO_KRYO = noClasses()
            .that()
            .doNotBelongToAnyOf(PolderMetaStore.class)
            .should()
            .dependOnClassesThat()
            .haveNameMatching("(com\\.esotericsoftware\\..*|io\\.atomix\\.utils\\.serializer\\..*)");

    private static final ArchRule TERM_AND_VOTE_IN_ONE_HOME = noClasses()
            .that()
            .doNotBelongToAnyOf(PolderMetaStore.class)
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "term or vote of Atomix's own store are used",
                    call -> call.getTargetOwner().isAssignableTo(MetaStore.class)
                            && call.getTarget().getName().matches("(load|store)(Term|Vote)")));

    /** It cannot be loaded in most JVMs: whoever names it is behind the probe. */
    private static final ArchRule CHRONICLE_BEHIND_THE_PROBE = noClasses()
            .that()
            .haveNameNotMatching("dev\\.polder\\.raft\\.history\\.Chronicle(Probe|Store)")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("net.openhft..");

    private static final ArchRule NO_WALL_CLOCK = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @Test
    void shouldShowNoTypeOfADependency() {
        assertThat(CLASSES.stream().filter(PUBLIC_FACE).map(JavaClass::getName))
                .containsExactlyInAnyOrder(
                        "dev.polder.raft.ChangeOutcome",
                        "dev.polder.raft.ChangeOutcome$Done",
                        "dev.polder.raft.ChangeOutcome$Moved",
                        "dev.polder.raft.ChangeOutcome$Refused",
                        "dev.polder.raft.ChangeOutcome$Unknown",
                        "dev.polder.raft.ClientLink",
                        "dev.polder.raft.ClientService",
                        "dev.polder.raft.CommittedEntry",
                        "dev.polder.raft.HandOverOutcome",
                        "dev.polder.raft.HandOverOutcome$HandedOver",
                        "dev.polder.raft.HandOverOutcome$Kept",
                        "dev.polder.raft.InstalledSnapshot",
                        "dev.polder.raft.LatencyPercentiles",
                        "dev.polder.raft.LeaderLink",
                        "dev.polder.raft.LeaderListener",
                        "dev.polder.raft.LeaderLocator",
                        "dev.polder.raft.LeaderSearch",
                        "dev.polder.raft.LocatedLeader",
                        "dev.polder.raft.LogClient",
                        "dev.polder.raft.LogLeader",
                        "dev.polder.raft.LogListener",
                        "dev.polder.raft.LogNetwork",
                        "dev.polder.raft.LogStatus",
                        "dev.polder.raft.LogStatus$Fetch",
                        "dev.polder.raft.LogStatus$Peer",
                        "dev.polder.raft.LogStatus$Refusal",
                        "dev.polder.raft.LogStatus$Role",
                        "dev.polder.raft.LogStatus$Unreached",
                        "dev.polder.raft.LogReport",
                        "dev.polder.raft.LogReport$FileReport",
                        "dev.polder.raft.LogTool",
                        "dev.polder.raft.LogTool$Entry",
                        "dev.polder.raft.MemberChange",
                        "dev.polder.raft.MemberChange$Add",
                        "dev.polder.raft.MemberChange$Remove",
                        "dev.polder.raft.MemberRemovedException",
                        "dev.polder.raft.NewGroupOutcome",
                        "dev.polder.raft.NewGroupOutcome$Forced",
                        "dev.polder.raft.NewGroupOutcome$Refused",
                        "dev.polder.raft.NewGroupOutcome$Unconfirmed",
                        "dev.polder.raft.RaftConfig",
                        "dev.polder.raft.RaftPeers",
                        "dev.polder.raft.RaftSecurity",
                        "dev.polder.raft.ReplicatedLog",
                        "dev.polder.raft.ReplicatedLog$Proposed",
                        "dev.polder.raft.ReadOutcome",
                        "dev.polder.raft.ReadOutcome$NotConfirmed",
                        "dev.polder.raft.ReadOutcome$ReadAt",
                        "dev.polder.raft.RepairOutcome",
                        "dev.polder.raft.RepairOutcome$Refused",
                        "dev.polder.raft.RepairOutcome$Repaired",
                        "dev.polder.raft.RepairOutcome$Sound",
                        "dev.polder.raft.SnapshotOutcome",
                        "dev.polder.raft.SnapshotOutcome$Busy",
                        "dev.polder.raft.SnapshotOutcome$Failed",
                        "dev.polder.raft.SnapshotOutcome$Saved",
                        "dev.polder.raft.SnapshotOutcome$TooOld",
                        "dev.polder.raft.SnapshotSource",
                        "dev.polder.raft.history.History",
                        "dev.polder.raft.history.HistoryLimits",
                        "dev.polder.raft.recipe.Barrier",
                        "dev.polder.raft.recipe.Change",
                        "dev.polder.raft.recipe.Compare",
                        "dev.polder.raft.recipe.Compare$Relation",
                        "dev.polder.raft.recipe.Compare$Target",
                        "dev.polder.raft.recipe.Counter",
                        "dev.polder.raft.recipe.Election",
                        "dev.polder.raft.recipe.Hold",
                        "dev.polder.raft.recipe.KeptLease",
                        "dev.polder.raft.recipe.KeyEntry",
                        "dev.polder.raft.recipe.KeyEvent",
                        "dev.polder.raft.recipe.KeyEvent$Kind",
                        "dev.polder.raft.recipe.KeyRange",
                        "dev.polder.raft.recipe.KeyValue",
                        "dev.polder.raft.recipe.LeaseId",
                        "dev.polder.raft.recipe.Leases",
                        "dev.polder.raft.recipe.Limit",
                        "dev.polder.raft.recipe.LocalRecipes",
                        "dev.polder.raft.recipe.Lock",
                        "dev.polder.raft.recipe.Meeting",
                        "dev.polder.raft.recipe.Op",
                        "dev.polder.raft.recipe.Op$Add",
                        "dev.polder.raft.recipe.Op$Append",
                        "dev.polder.raft.recipe.Op$Delete",
                        "dev.polder.raft.recipe.Op$Put",
                        "dev.polder.raft.recipe.Op$Read",
                        "dev.polder.raft.recipe.OpResult",
                        "dev.polder.raft.recipe.OpResult$Deleted",
                        "dev.polder.raft.recipe.OpResult$Found",
                        "dev.polder.raft.recipe.OpResult$Sum",
                        "dev.polder.raft.recipe.OpResult$Written",
                        "dev.polder.raft.recipe.Reading",
                        "dev.polder.raft.recipe.RecipeException",
                        "dev.polder.raft.recipe.RecipeException$Reason",
                        "dev.polder.raft.recipe.RecipeHost",
                        "dev.polder.raft.recipe.RecipeLimits",
                        "dev.polder.raft.recipe.RecipeLog",
                        "dev.polder.raft.recipe.RecipeLoop",
                        "dev.polder.raft.recipe.RecipeMember",
                        "dev.polder.raft.recipe.Recipes",
                        "dev.polder.raft.recipe.Refusal",
                        "dev.polder.raft.recipe.Refusal$Rule",
                        "dev.polder.raft.recipe.RemoteRecipes",
                        "dev.polder.raft.recipe.Sequence",
                        "dev.polder.raft.recipe.Txn",
                        "dev.polder.raft.recipe.TxnResult",
                        "dev.polder.raft.recipe.Value",
                        "dev.polder.raft.recipe.Watch",
                        "dev.polder.raft.recipe.WatchListener");
        for (ArchRule rule : List.of(NO_FOREIGN_TYPE_RETURNED, NO_FOREIGN_TYPE_TAKEN, NO_FOREIGN_FIELD)) {
            checkAndSeeBroken(rule, Planted.Face.class);
        }
    }

    @Test
    void shouldReflectInOnePlaceOnly() {
        checkAndSeeBroken(REFLECTION_IN_ONE_PLACE, Planted.Reflecting.class);
    }

    @Test
    void shouldNotTouchWhatNeedsJvmFlags() {
        checkAndSeeBroken(NOTHING_THAT_NEEDS_JVM_FLAGS, Planted.NeedingFlags.class);
    }

    @Test
    void shouldReadNothingByKryo() {
        checkAndSeeBroken(NO_KRYO, Planted.Serializing.class);
    }

    @Test
    void shouldNameChronicleBehindTheProbeOnly() {
        checkAndSeeBroken(CHRONICLE_BEHIND_THE_PROBE, Planted.Remembering.class);
    }

    @Test
    void shouldKeepTermAndVoteInOneHome() {
        checkAndSeeBroken(TERM_AND_VOTE_IN_ONE_HOME, Planted.ForgetfulVoter.class);
    }

    @Test
    void shouldNotLookAtTheWallClock() {
        checkAndSeeBroken(NO_WALL_CLOCK, Planted.ClockWatching.class);
    }

    private static void checkAndSeeBroken(ArchRule rule, Class<?> nested) {
        rule.check(CLASSES);
        JavaClasses planted = new ClassFileImporter().importClasses(nested);
        assertThat(rule.evaluate(planted).hasViolation())
                .as("%s is seen to break: %s", nested.getName(), rule.getDescription())
                .isTrue();
    }

    /** Breaks each rule in a nested class. Never called. */
    static final class Planted {
        private Planted() {}

        public static final class Face {
            public final MemberId id;

            public Face(MemberId id) {
                this.id = id;
            }

            public MemberId id() {
                return id;
            }
        }

        static final class Reflecting {
            Method first(Class<?> type) {
                return type.getDeclaredMethods()[0];
            }
        }

        static final class NeedingFlags {
            String restart(DefaultRaftServer.Builder builder) {
                return builder.toString();
            }
        }

        static final class Serializing {
            Object read(Serializer serializer, byte[] bytes) {
                return serializer.decode(bytes);
            }
        }

        static final class Remembering {
            int size(ChronicleMap<Long, byte[]> map) {
                return map.size();
            }
        }

        static final class ForgetfulVoter {
            long term(MetaStore store) {
                return store.loadTerm();
            }
        }

        static final class ClockWatching {
            boolean isLate(long deadlineMs) {
                return System.currentTimeMillis() > deadlineMs;
            }
        }
    }
}
