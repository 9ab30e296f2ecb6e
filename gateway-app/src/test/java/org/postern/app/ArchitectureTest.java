package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
    private static final String SEEDED = "org.postern.app.seeded";

    private static final JavaClasses HOUSE =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("org.postern");

    @TestFactory
    Stream<DynamicTest> theHouseKeepsItsRules() {
        return HouseRules.below("org.postern").entrySet().stream()
                .map(rule ->
                        DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(HOUSE)));
    }

    /** Below the package {@code seeded} stands one violation of every rule, and each is found. */
    @TestFactory
    Stream<DynamicTest> eachRuleFindsItsSeededViolation() {
        JavaClasses seeded = new ClassFileImporter().importPackages(SEEDED);
        return HouseRules.below(SEEDED).entrySet().stream()
                .map(rule ->
                        DynamicTest.dynamicTest(
                                rule.getKey(),
                                () ->
                                        assertThat(rule.getValue().evaluate(seeded).hasViolation())
                                                .isTrue()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"core", "smtp", "auth", "queue", "app"})
    void theModuleIsAmongTheClassesLookedAt(String module) {
        assertThat(HOUSE).anyMatch(c -> c.getPackageName().startsWith("org.postern." + module));
    }
}
