package dev.polder.isolation.engine;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerUsage;
import dev.polder.isolation.EngineIsolator;
import dev.polder.isolation.EngineTask;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.OutputFiles;
import dev.polder.isolation.ShellText;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.image.TreeDeletion;
import dev.polder.isolation.volume.BoundPaths;

/** Holds what this package must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation.engine", importOptions = ImportOption.DoNotIncludeTests.class)
final class EngineArchitectureTest {
    @ArchTest
    static final ArchRule knowsTheEngineAndNotHowTasksAreStarted = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAnyPackage("dev.polder.isolation.engine..", "dev.polder.isolation.docker..")))
                    .and(not(belongToAnyOf(
                            Account.class,
                            ContainerId.class,
                            ContainerNames.class,
                            ContainerSpec.class,
                            ContainerUsage.class,
                            EngineIsolator.class,
                            EngineTask.class,
                            Isolator.class,
                            LaunchPlan.class,
                            Limitation.class,
                            OutputFiles.class,
                            ShellText.class,
                            TaskSpec.class)))
                    .and(not(belongToAnyOf(BoundPaths.class, TreeDeletion.class))));

    @ArchTest
    static final ArchRule startsNoProcess =
            noClasses().should().dependOnClassesThat(belongToAnyOf(ProcessBuilder.class, Process.class));
}
