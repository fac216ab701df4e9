package io.holdfast.verification.campaign;

import io.holdfast.verification.Machine;
import io.holdfast.verification.ServerJar;
import io.holdfast.verification.checker.Report;
import io.holdfast.verification.checker.Rule;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Many runs, one after the other, for a given time and seed. Says what each came to on the standard output. */
final class Campaign implements AutoCloseable {
    static final Path FOLDER = Path.of("target/campaign");

    private static final int CONTROLS_MAX = 5;

    private final Vertx vertx = Vertx.vertx();
    private final StoreServer stores = new StoreServer();
    private final @Nullable Network network;
    private final Path folder;
    private final List<String> program;
    private final String clientClasses;
    private final List<Result> results = new ArrayList<>();
    private int repeated;

    private Campaign(Path folder, List<String> program, String clientClasses, @Nullable Network network)
            throws IOException {
        this.folder = folder;
        this.program = program;
        this.clientClasses = clientClasses;
        this.network = network;
    }

    /** A campaign against the real jar. */
    static Campaign ofTheJar(Path folder) throws IOException, InterruptedException {
        return of(folder, ServerJar.launch(), System.getProperty("java.class.path"));
    }

    /** A campaign against whatever the virtual machine is to run. */
    static Campaign of(Path folder, List<String> program, String clientClasses)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        return new Campaign(folder, program, clientClasses, Network.create(Mode.REPLICATED.nodes()));
    }

    List<Result> results() {
        return results;
    }

    /**
     * A control, which has to go wrong, and then runs of all modes in turn until the time is over; what has begun is finished. The
     * report is written after each. Returns the control.
     */
    Result playFor(long minutes, long seed) throws Exception {
        long begin = System.nanoTime();
        Result control = control(seed);
        for (int number = 1; System.nanoTime() - begin < TimeUnit.MINUTES.toNanos(minutes); number++) {
            Result unused = play(Plan.draw(number, seed));
            String lasted = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begin) + " of " + minutes + " minutes, "
                    + repeated + " runs set up twice";
            writeReport(LocalDate.now(ZoneId.systemDefault()) + ", seed " + seed + ", " + lasted + ".", control);
        }
        return control;
    }

    /** A client has to stand still in the middle of its work, so one run may be too tame by chance. */
    private Result control(long seed) throws Exception {
        Result control = play(Plan.control(0, seed));
        for (int again = 1; again < CONTROLS_MAX && !control.report().violates(Rule.FENCED_WRITES); again++) {
            control = play(Plan.control(0, seed + again));
        }
        return control;
    }

    /** One run. What it recorded is deleted, unless there is something to look at. */
    Result play(Plan plan) throws Exception {
        System.out.println(plan.describe());
        Path own = folder.resolve("run-" + plan.number());
        Result result = playOrRepeat(plan, own);
        Report report = result.report();
        System.out.println(report);
        if (plan.isFenced()) {
            results.add(result);
        }
        if (report.violationCount() > 0 && plan.isFenced()) {
            TimelinePage.write(result);
        } else {
            Machine.delete(own);
        }
        return result;
    }

    /** Once more if it could not be set up. A server that does not come up twice in a row ends the campaign. */
    private Result playOrRepeat(Plan plan, Path own) throws Exception {
        try {
            return play(plan, own);
        } catch (NotSetUpException e) {
            System.out.println(e.getMessage() + "; it is tried once more");
            repeated++;
            return play(plan, own);
        }
    }

    private Result play(Plan plan, Path own) throws Exception {
        Machine.delete(own);
        return new Run(new Run.Ground(vertx, stores, program, clientClasses, network), plan, own).play();
    }

    private void writeReport(String title, Result control) throws IOException {
        Files.writeString(folder.resolve("report.md"), CampaignReport.of(title, results, control));
    }

    @Override
    public void close() throws Exception {
        stores.close();
        if (network != null) {
            network.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
