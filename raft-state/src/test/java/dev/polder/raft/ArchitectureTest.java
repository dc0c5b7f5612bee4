package dev.polder.raft;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds what this module must never know. */
@AnalyzeClasses(packages = "dev.polder.raft", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule knowsNothingBeyondItsTask = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "dev.polder.offer..", "dev.polder.isolation..", "com.google.protobuf..", "com.fasterxml.."));
}
