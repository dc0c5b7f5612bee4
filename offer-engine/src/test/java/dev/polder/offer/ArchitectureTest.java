package dev.polder.offer;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds what this module must never know. */
@AnalyzeClasses(packages = "dev.polder.offer", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule knowsNothingBeyondItsTask = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.netty..", "io.atomix..", "java.nio.file..", "java.net..", "com.google.protobuf.."));
}
