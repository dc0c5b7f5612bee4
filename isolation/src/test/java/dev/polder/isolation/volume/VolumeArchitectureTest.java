package dev.polder.isolation.volume;

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
import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.SecretValue;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.VolumeMount;
import dev.polder.isolation.docker.DockerVolumePlugin;
import dev.polder.isolation.docker.PluginSockets;
import dev.polder.isolation.image.HostCommand;
import dev.polder.isolation.image.TreeDeletion;

/** Holds what this package must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation.volume", importOptions = ImportOption.DoNotIncludeTests.class)
final class VolumeArchitectureTest {
    @ArchTest
    static final ArchRule knowsWhatAContainerIsAndNotHowItIsStarted = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAnyPackage(
                            "dev.polder.isolation.volume..",
                            "dev.polder.isolation.files..",
                            "dev.polder.isolation.json..")))
                    .and(not(belongToAnyOf(
                            Account.class,
                            ContainerId.class,
                            ContainerNames.class,
                            ContainerSpec.class,
                            ContainerVolume.class,
                            ImageTask.class,
                            Isolator.class,
                            LaunchPlan.class,
                            SecretValue.class,
                            TaskSpec.class,
                            VolumeMount.class)))
                    .and(not(belongToAnyOf(DockerVolumePlugin.class, PluginSockets.class)))
                    .and(not(belongToAnyOf(HostCommand.class, TreeDeletion.class))));

    @ArchTest
    static final ArchRule onlyOneClassKnowsDocker = noClasses()
            .that(not(assignableTo(DockerVolumes.class)))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.polder.isolation.docker..");
}
