package io.holdfast.verification.campaign;

import java.nio.file.Path;

/** Looks for planted bugs whose names contain one of the arguments, from the folder {@code lock-verification}. */
final class PlayPlants {
    private PlayPlants() {}

    public static void main(String[] arguments) throws Exception {
        for (Plant plant : Plants.all()) {
            for (String name : arguments) {
                if (plant.name().contains(name)) {
                    int runs = PlantedTest.runsToFind(plant, Path.of("target/planted"));
                    System.out.println("PLANTED " + plant.name() + ": run " + runs);
                }
            }
        }
        System.exit(0);
    }
}
