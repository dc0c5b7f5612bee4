package dev.polder.isolation.attach;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.Entrance;
import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.PrivilegeCommands;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.Rlimit;
import dev.polder.isolation.RunningTask;
import dev.polder.isolation.ShellText;
import dev.polder.isolation.TerminalSize;

/** Holds what this package must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation.attach", importOptions = ImportOption.DoNotIncludeTests.class)
final class AttachArchitectureTest {
    @ArchTest
    static final ArchRule knowsOfAContainerOnlyThatItRuns = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAPackage("dev.polder.isolation.attach..")))
                    .and(not(belongToAnyOf(
                            Account.class,
                            ContainerId.class,
                            Entrance.class,
                            HostPrograms.class,
                            PrivilegeCommands.class,
                            Privileges.class,
                            Rlimit.class,
                            RunningTask.class,
                            ShellText.class,
                            TerminalSize.class))));
}
