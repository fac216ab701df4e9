package io.holdfast.verification.campaign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.ServerJar;
import io.holdfast.verification.checker.Violation;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A checker that finds nothing when something is wrong is worth nothing: each planted bug is found within ten runs, and the clean
 * build passes the same runs. All of them with {@code -Pcampaign}; else one, and of the others that they still fit their sources.
 */
@Tag("faults")
@Isolated("a run whose faults come late is void")
final class PlantedTest {
    private static final int RUNS_MAX = 10;

    private static final boolean IS_WHOLE = Integer.getInteger("campaign.minutes", 0) > 0;

    @TempDir
    private Path folder;

    @Test
    void thereAreTwentyAndEachFitsItsSource() throws Exception {
        List<Plant> plants = Plants.all();
        assertEquals(20, plants.size());
        for (int i = 0; i < plants.size(); i++) {
            Path unused = PlantedClasses.compile(plants.get(i), folder.resolve("plant-" + i));
        }
    }

    @Test
    void eachIsFoundAndTheCleanBuildPassesTheSameRuns() throws Exception {
        Map<Plant.Scenario, Integer> most = new EnumMap<>(Plant.Scenario.class);
        List<String> missed = new ArrayList<>();
        for (Plant plant : IS_WHOLE ? Plants.all() : smoke()) {
            int runs = runsToFind(plant, folder);
            System.out.println(
                    "PLANTED " + plant.name() + ": " + (runs > RUNS_MAX ? "not found" : "found in run " + runs));
            if (runs > RUNS_MAX) {
                missed.add(plant.name());
            }
            most.merge(plant.scenario(), Math.min(runs, RUNS_MAX), Math::max);
        }
        assertEquals(List.of(), missed);
        try (Campaign clean = Campaign.ofTheJar(folder.resolve("clean"))) {
            for (Map.Entry<Plant.Scenario, Integer> scenario : most.entrySet()) {
                for (int run = 1; run <= scenario.getValue(); run++) {
                    Result result = clean.play(scenario.getKey().plan(run, run));
                    assertEquals(0, result.report().violationCount(), result.report()::toString);
                }
            }
        }
    }

    private static List<Plant> smoke() {
        return Plants.all().stream()
                .filter(plant -> plant.name().equals("release without token check"))
                .toList();
    }

    /** How many runs it took; more than the most if it was not found. */
    static int runsToFind(Plant plant, Path folder) throws Exception {
        Path own = folder.resolve(plant.name().replace(' ', '-'));
        Path planted = PlantedClasses.compile(plant, own);
        String clean = System.getProperty("java.class.path");
        List<String> server = ServerJar.launch();
        List<String> faulty = List.of(
                "-cp", planted + File.pathSeparator + ServerJar.path(), "io.holdfast.server.HoldfastApplication");
        try (Campaign campaign = Campaign.of(
                own,
                plant.inClient() ? server : faulty,
                plant.inClient() ? planted + File.pathSeparator + clean : clean)) {
            for (int run = 1; run <= RUNS_MAX; run++) {
                Result result = campaign.play(plant.scenario().plan(run, run));
                List<Violation> violations = result.report().violations();
                if (!violations.isEmpty()) {
                    assertTrue(result.report().violationCount() > 0);
                    return run;
                }
            }
        }
        return RUNS_MAX + 1;
    }
}
