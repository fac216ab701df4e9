package io.holdfast.verification;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What the architecture forbids, held against the classes that are shipped. */
@AnalyzeClasses(packages = "io.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule CORES_ARE_PURE = noClasses()
            .that()
            .resideInAnyPackage("io.holdfast.server.core..", "io.holdfast.client.core..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                    "java.lang..",
                    "java.util",
                    "java.util.function",
                    "java.util.random",
                    "org.jspecify..",
                    "io.holdfast.server.core..",
                    "io.holdfast.client.core..");

    @ArchTest
    static final ArchRule THE_PROTOCOL_KNOWS_JACKSON_AND_NOTHING_ELSE = classes()
            .that()
            .resideInAPackage("io.holdfast.protocol..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..", "com.fasterxml.jackson.core..", "org.jspecify..", "io.holdfast.protocol.."));

    @ArchTest
    static final ArchRule THE_SERVICE_KNOWS_NEITHER_VERTX_NOR_HTTP = noClasses()
            .that()
            .resideInAnyPackage("io.holdfast.server.service..", "io.holdfast.server.log..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..", "io.holdfast.server.http..");

    @ArchTest
    static final ArchRule FENCES_ARE_CHECKED_WITH_THE_JDK_ALONE = classes()
            .that()
            .resideInAPackage("io.holdfast.fencing")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", "io.holdfast.fencing"));

    @ArchTest
    static final ArchRule THE_FENCE_HANDLER_KNOWS_VERTX_BUT_NO_LOCK_CLIENT = classes()
            .that()
            .resideInAPackage("io.holdfast.fencing.web")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("java..", "org.jspecify..", "io.vertx..", "io.holdfast.fencing.."));

    @ArchTest
    static final ArchRule CLOCKS_ARE_READ_IN_ONE_PLACE = noClasses()
            .that()
            .doNotHaveSimpleName("TimeSource")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule THE_SERVER_HAS_NO_LOCKS_AND_NO_CONCURRENT_COLLECTIONS = noClasses()
            .that()
            .resideInAPackage("io.holdfast.server..")
            .and()
            .resideOutsideOfPackage("io.holdfast.server.log.ratis")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.concurrent\\.(locks|atomic)\\..*|java\\.util\\.concurrent\\..*(Concurrent|Blocking|CopyOnWrite|Semaphore|Latch).*");

    @ArchTest
    static final ArchRule RATIS_STAYS_IN_ITS_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackage("io.holdfast.server.log.ratis")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..");

    @ArchTest
    static final ArchRule NOTHING_IS_SYNCHRONIZED = methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.holdfast.(**)").should().beFreeOfCycles();

    /** What it wires and what it serves have classes of their own. */
    @Test
    void theVerticleIsALifeCycleAndNoMore() throws IOException {
        Path source = Path.of("../lock-server/src/main/java/io/holdfast/server/LockServerVerticle.java");
        int lines = Files.readAllLines(source).size();
        assertTrue(lines < 120, lines + " lines");
    }
}
