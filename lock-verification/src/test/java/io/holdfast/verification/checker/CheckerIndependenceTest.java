package io.holdfast.verification.checker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A checker that shared code with what it checks would share its mistakes. */
@AnalyzeClasses(packages = "io.holdfast.verification.checker")
final class CheckerIndependenceTest {
    @ArchTest
    static final ArchRule THE_CHECKER_KNOWS_NOTHING_OF_WHAT_IT_CHECKS = classes()
            .that()
            .resideInAPackage("io.holdfast.verification.checker..")
            .and()
            .haveSimpleNameNotEndingWith("Test")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("java..", "org.jspecify..", "io.holdfast.verification.checker.."));
}
