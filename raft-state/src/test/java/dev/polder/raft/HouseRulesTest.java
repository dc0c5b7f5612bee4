package dev.polder.raft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What this module must never do. */
class HouseRulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.polder.raft");

    private static final DescribedPredicate<JavaClass> PUBLIC_FACE = DescribedPredicate.describe(
            "belong to the public face", type -> type.getModifiers().contains(JavaModifier.PUBLIC));

    @Test
    void shouldShowNoTypeOfADependency() {
        assertThat(CLASSES.stream().filter(PUBLIC_FACE).map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("LogListener", "Proposed", "RaftConfig", "ReplicatedLog");
        DescribedPredicate<JavaClass> foreign = JavaClass.Predicates.resideOutsideOfPackages(
                        "java..", "dev.polder.raft..")
                .and(DescribedPredicate.not(DescribedPredicate.describe(
                        "be primitive", type -> type.getBaseComponentType().isPrimitive())));
        noMethods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat(PUBLIC_FACE)
                .should()
                .haveRawReturnType(foreign)
                .check(CLASSES);
        noMethods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat(PUBLIC_FACE)
                .should()
                .haveRawParameterTypes(DescribedPredicate.describe(
                        "contain a foreign type", types -> types.stream().anyMatch(foreign)))
                .check(CLASSES);
    }

    @Test
    void shouldReflectInOnePlaceOnly() {
        noClasses()
                .that()
                .doNotHaveSimpleName("AtomixAccess")
                .and()
                .areNotMemberClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .check(CLASSES);
    }

    @Test
    void shouldNotTouchWhatNeedsJvmFlags() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "io\\.atomix\\.utils\\.serializer\\.Namespaces"
                                + "|io\\.atomix\\.protocols\\.raft\\.impl\\.DefaultRaftServer"
                                + "|io\\.atomix\\.protocols\\.raft\\.storage\\.system\\.RaftNamespaces|org\\.agrona\\.concurrent\\..*")
                .check(CLASSES);
    }
}
