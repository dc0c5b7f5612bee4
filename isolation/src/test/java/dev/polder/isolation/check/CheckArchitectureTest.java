package dev.polder.isolation.check;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.RunningTask;
import java.time.Clock;
import java.time.Instant;

/** Holds what this package must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation.check", importOptions = ImportOption.DoNotIncludeTests.class)
final class CheckArchitectureTest {
    @ArchTest
    static final ArchRule comesIntoContainersByAttachAlone = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAnyPackage("dev.polder.isolation.check..", "dev.polder.isolation.attach..")))
                    .and(not(belongToAnyOf(ContainerId.class, HostPrograms.class, RunningTask.class))));

    @ArchTest
    static final ArchRule decidesWithoutClocksAndProcesses = noClasses()
            .that(belongToAnyOf(CheckJudge.class))
            .should()
            .dependOnClassesThat(belongToAnyOf(System.class, Clock.class, Instant.class, Thread.class, Process.class));
}
