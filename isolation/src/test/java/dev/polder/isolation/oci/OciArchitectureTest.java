package dev.polder.isolation.oci;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.polder.isolation.Capability;
import dev.polder.isolation.DeviceNode;
import dev.polder.isolation.DeviceRule;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.Rlimit;
import dev.polder.isolation.TerminalSize;

/** Holds what this package must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation.oci", importOptions = ImportOption.DoNotIncludeTests.class)
final class OciArchitectureTest {
    @ArchTest
    static final ArchRule knowsNeitherImagesNorGroupsNorLaunchers = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAnyPackage("dev.polder.isolation.oci..", "dev.polder.isolation.json..")))
                    .and(not(belongToAnyOf(
                            Capability.class,
                            DeviceNode.class,
                            DeviceRule.class,
                            Namespace.class,
                            Rlimit.class,
                            TerminalSize.class))));

    @ArchTest
    static final ArchRule startsNoProcess =
            noClasses().should().dependOnClassesThat(belongToAnyOf(ProcessBuilder.class, Process.class));
}
