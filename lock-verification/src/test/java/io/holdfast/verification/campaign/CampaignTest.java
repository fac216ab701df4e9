package io.holdfast.verification.campaign;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Real processes under faults, judged by the checker: {@code -Pcampaign} for the long run, {@code docs/campaign.md}. */
final class CampaignTest {
    private static final int MINUTES = Integer.getInteger("campaign.minutes", 0);

    @Test
    void noPromiseIsBroken() throws Exception {
        long seed = Long.getLong("campaign.seed", System.nanoTime());
        System.out.println("-Dcampaign.seed=" + seed);
        try (Campaign campaign = Campaign.ofTheJar(Campaign.FOLDER)) {
            if (MINUTES == 0) {
                smoke(campaign, seed);
            } else {
                campaign.playFor(MINUTES, seed);
            }
            List<String> violated = campaign.results().stream()
                    .filter(result -> result.report().violationCount() > 0)
                    .map(result -> result.plan().describe())
                    .toList();
            assertEquals(List.of(), violated, "-Dcampaign.seed=" + seed);
        }
    }

    private static void smoke(Campaign campaign, long seed) throws Exception {
        campaign.play(Plan.of(1, seed, Mode.MEMORY, FaultKind.STOP_CLIENT, 5_000));
        campaign.play(Plan.of(2, seed, Mode.DURABLE, FaultKind.KILL_SERVER, 2_000));
        campaign.play(Plan.of(3, seed, Mode.REPLICATED, FaultKind.KILL_LEADER, 2_000));
    }
}
