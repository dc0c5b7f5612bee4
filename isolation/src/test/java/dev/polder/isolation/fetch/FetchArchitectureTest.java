package dev.polder.isolation.fetch;

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
import dev.polder.isolation.HostPrograms;

/** Holds what this package must never know. */
@AnalyzeClasses(packages = "dev.polder.isolation.fetch", importOptions = ImportOption.DoNotIncludeTests.class)
final class FetchArchitectureTest {
    @ArchTest
    static final ArchRule knowsFilesAndAccountsAlone = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.polder..")
                    .and(not(resideInAnyPackage("dev.polder.isolation.fetch..", "dev.polder.isolation.files..")))
                    .and(not(belongToAnyOf(Account.class, HostPrograms.class))));
}
