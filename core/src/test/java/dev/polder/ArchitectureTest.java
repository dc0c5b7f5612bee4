package dev.polder;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;

/** Holds the order of the packages and what each module must never know. */
@AnalyzeClasses(packages = "dev.polder", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    /** Top to bottom; each may use those below it. */
    private static final List<String> PACKAGES = List.of(
            "dev.polder",
            "dev.polder.api",
            "dev.polder.web",
            "dev.polder.framework",
            "dev.polder.executor",
            "dev.polder.master",
            "dev.polder.agent",
            "dev.polder.discovery",
            "dev.polder.http",
            "dev.polder.security",
            "dev.polder.metrics",
            "dev.polder.wire",
            "dev.polder.model");

    private static final Set<String> BESIDE = Set.of("dev.polder.simulation", "dev.polder.testing");

    @ArchTest
    static final ArchRule packagesUseOnlyThoseBelowThem = classes()
            .that(resideInAnyPackage("dev.polder.."))
            .should(new ArchCondition<>("use only packages below") {
                @Override
                public void check(JavaClass item, ConditionEvents events) {
                    int own = PACKAGES.indexOf(rootOf(item));
                    if (own < 0) {
                        return;
                    }
                    item.getDirectDependenciesFromSelf().forEach(dependency -> {
                        String used = rootOf(dependency.getTargetClass());
                        int other = PACKAGES.indexOf(used);
                        if ((other >= 0 && other < own) || BESIDE.contains(used)) {
                            events.add(SimpleConditionEvent.violated(item, dependency.getDescription()));
                        }
                    });
                }
            });

    @ArchTest
    static final ArchRule masterAndAgentDoNotKnowEachOther = noClasses()
            .that(resideInAPackage("dev.polder.master.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder.agent.."));

    @ArchTest
    static final ArchRule frameworkKnowsNeitherMasterNorAgent = noClasses()
            .that(resideInAPackage("dev.polder.framework.."))
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.polder.master..", "dev.polder.agent.."));

    @ArchTest
    static final ArchRule httpKnowsNothingOfMesos = noClasses()
            .that(resideInAPackage("dev.polder.http.."))
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("dev.polder.wire..", "dev.polder.model..", "com.google.protobuf.."));

    @ArchTest
    static final ArchRule onlyHttpNamesNetty = noClasses()
            .that(resideInAnyPackage("dev.polder.."))
            .and()
            .resideOutsideOfPackages("dev.polder.http..", "dev.polder.raft..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.netty.."));

    @ArchTest
    static final ArchRule onlyRaftStateNamesAtomix = noClasses()
            .that()
            .resideOutsideOfPackage("dev.polder.raft..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.atomix.."));

    @ArchTest
    static final ArchRule lowerModulesDoNotKnowEachOther = noClasses()
            .that(resideInAPackage("dev.polder.offer.."))
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.polder.raft..", "dev.polder.isolation.."));

    /** Processes are started by the launcher alone, which has them outlive this JVM and finds them again. */
    @ArchTest
    static final ArchRule onlyIsolationStartsProcesses = noClasses()
            .that()
            .resideOutsideOfPackage("dev.polder.isolation..")
            .should()
            .dependOnClassesThat(belongToAnyOf(ProcessBuilder.class))
            .orShould()
            .callMethodWhere(target(name("exec")).and(target(owner(equivalentTo(Runtime.class)))));

    @ArchTest
    static final ArchRule theFaceForUsersShowsNoTypeOfADependency = classes()
            .that(resideInAnyPackage("dev.polder", "dev.polder.framework", "dev.polder.model"))
            .and()
            .arePublic()
            .should(new ArchCondition<>("show only types of the JDK, of SLF4J and of Polder") {
                @Override
                public void check(JavaClass item, ConditionEvents events) {
                    if (!isWithinPublicClasses(item)) {
                        return;
                    }
                    item.getMethods().stream()
                            .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                            .forEach(method -> method.getAllInvolvedRawTypes().stream()
                                    .filter(type -> isForeign(type.getBaseComponentType()))
                                    .forEach(type -> events.add(SimpleConditionEvent.violated(
                                            method, method.getFullName() + " shows " + type.getName()))));
                }
            });

    private static boolean isWithinPublicClasses(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass()
                        .map(ArchitectureTest::isWithinPublicClasses)
                        .orElse(true);
    }

    private static boolean isForeign(JavaClass type) {
        boolean allowed =
                resideInAnyPackage("java..", "org.slf4j..", "dev.polder..").test(type)
                        && !resideInAPackage("dev.polder.wire..").test(type);
        return !type.isPrimitive() && !allowed;
    }

    private static String rootOf(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith("dev.polder.wire.") ? "dev.polder.wire" : name;
    }
}
