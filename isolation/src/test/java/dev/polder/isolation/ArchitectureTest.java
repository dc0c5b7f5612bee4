package dev.polder.isolation;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds what this module must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule knowsNothingBeyondItsTask = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.netty..", "io.atomix..", "dev.polder.offer..", "dev.polder.raft..", "com.google.protobuf.."));
}
