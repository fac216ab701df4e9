package io.holdfast.verification.campaign;

import java.nio.file.Path;

/** Plays one run of a campaign again, from the folder {@code lock-verification}: {@code PlayRun CAMPAIGN-SEED RUN-NUMBER…}. */
final class PlayRun {
    private PlayRun() {}

    public static void main(String[] arguments) throws Exception {
        try (Campaign campaign = Campaign.ofTheJar(Path.of("target/campaign"))) {
            for (int i = 1; i < arguments.length; i++) {
                campaign.play(Plan.draw(Integer.parseInt(arguments[i]), Long.parseLong(arguments[0])));
            }
        }
        System.exit(0);
    }
}
