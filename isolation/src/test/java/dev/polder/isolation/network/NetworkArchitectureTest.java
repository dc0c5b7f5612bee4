package dev.polder.isolation.network;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerNetwork;
import dev.polder.isolation.ContainerProcesses;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.PortMapping;
import dev.polder.isolation.PortRange;
import dev.polder.isolation.PortRanges;
import dev.polder.isolation.VolumeMount;
import dev.polder.isolation.image.TreeDeletion;

/** Holds what this package must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation.network", importOptions = ImportOption.DoNotIncludeTests.class)
final class NetworkArchitectureTest {
    @ArchTest
    static final ArchRule knowsContainersByTheirNameAndNetworksAlone = noClasses()
            .that(not(assignableTo(NetworkIsolator.class))
                    .and(not(assignableTo(PortsIsolator.class)))
                    .and(not(assignableTo(MountedFiles.class))))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAnyPackage("dev.polder.isolation.network..", "dev.polder.isolation.json..")))
                    .and(not(belongToAnyOf(
                            AttachedNetwork.class,
                            ContainerId.class,
                            ContainerNetwork.class,
                            PortMapping.class,
                            PortRange.class,
                            PortRanges.class))));

    @ArchTest
    static final ArchRule theIsolatorsKnowWhatAContainerIsAndNotHowItIsStarted = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAnyPackage("dev.polder.isolation.network..", "dev.polder.isolation.json..")))
                    .and(not(belongToAnyOf(
                            AttachedNetwork.class,
                            ContainerId.class,
                            ContainerLimits.class,
                            ContainerNames.class,
                            ContainerNetwork.class,
                            ContainerProcesses.class,
                            ContainerSpec.class,
                            Isolator.class,
                            LaunchPlan.class,
                            Limitation.class,
                            Limitation.Kind.class,
                            Namespace.class,
                            PortMapping.class,
                            PortRange.class,
                            PortRanges.class,
                            TreeDeletion.class,
                            VolumeMount.class))));
}
