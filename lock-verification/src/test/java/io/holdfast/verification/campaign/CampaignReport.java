package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.Report;
import io.holdfast.verification.checker.Report.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What a campaign came to, as Markdown. */
final class CampaignReport {
    private final StringBuilder text = new StringBuilder();
    private final List<Result> results;

    private CampaignReport(List<Result> results) {
        this.results = results;
    }

    /**
     * The report.
     *
     * @param title says when, for how long and with what seed
     * @param control the run without a fence, which has to fail
     */
    static String of(String title, List<Result> results, Result control) {
        return new CampaignReport(results).write(title, control);
    }

    /** Runs in which too little happened for anything to go wrong. */
    static long voids(List<Result> results) {
        return results.stream()
                .filter(result -> result.report().verdict() == Verdict.VOID)
                .count();
    }

    private String write(String title, Result control) {
        text.append("# Fault campaign\n\n").append(title).append("\n\n");
        text.append("| | memory | durable | replicated | all |\n|---|---:|---:|---:|---:|\n");
        row("runs", result -> 1);
        row("operations", result -> result.report().operations());
        row("grants", result -> result.report().grants());
        row("contended acquires", result -> result.report().contended());
        row("unknown outcomes", result -> result.report().unknown());
        row("beliefs", result -> result.report().beliefs());
        row("fenced writes", result -> result.report().writes());
        row("expiries", Result::expiries);
        row("server outages", result -> result.report().outages());
        row("fail-overs", Result::failOvers);
        row("**violations**", result -> result.report().violationCount());
        row("void runs", result -> result.report().verdict() == Verdict.VOID ? 1 : 0);
        faults();
        control(control);
        violations();
        runs();
        return text.toString();
    }

    private void row(String name, ToLongFunction<Result> figure) {
        text.append("| ").append(name);
        for (Mode mode : Mode.values()) {
            text.append(" | ")
                    .append(results.stream()
                            .filter(result -> result.plan().mode() == mode)
                            .mapToLong(figure)
                            .sum());
        }
        text.append(" | ").append(results.stream().mapToLong(figure).sum()).append(" |\n");
    }

    private void faults() {
        Map<String, Integer> injected = new TreeMap<>();
        Map<String, Integer> notRun = new TreeMap<>();
        for (Result result : results) {
            result.report().faults().forEach((kind, count) -> injected.merge(kind, count, Integer::sum));
            result.report().faultsNotRun().forEach((kind, count) -> notRun.merge(kind, count, Integer::sum));
        }
        text.append("\n## Faults\n\n| kind | injected | not run |\n|---|---:|---:|\n");
        for (FaultKind kind : FaultKind.values()) {
            text.append("| ").append(kind.word());
            text.append(" | ").append(injected.getOrDefault(kind.word(), 0));
            text.append(" | ").append(notRun.getOrDefault(kind.word(), 0)).append(" |\n");
        }
        long pairs = results.stream()
                .filter(result -> result.plan().strikes().size() > 1)
                .count();
        text.append("\nTwo at once in ").append(pairs).append(" runs.");
        if (!notRun.isEmpty()) {
            text.append(" What was not run this machine cannot do; it does not count as passed.");
        }
        text.append('\n');
    }

    private void control(Result control) {
        text.append(
                "\n## Control\n\nThe same with clients that stand still and a store that does not check the fence: ");
        Report report = control.report();
        text.append(report.violationCount())
                .append(report.violationCount() > 0 ? " violations, as it must.\n" : " violations: **too tame.**\n");
    }

    private void violations() {
        text.append("\n## Violations\n\n");
        boolean any = false;
        for (Result result : results) {
            if (result.report().violationCount() > 0) {
                any = true;
                text.append("### ").append(result.plan().describe()).append("\n\n```\n");
                text.append(result.report()).append("```\n\n");
            }
        }
        text.append(any ? "" : "None.\n");
    }

    private void runs() {
        text.append("\n## Runs\n\n| run | mode | clients want | faults | operations | grants | expiries | verdict |\n");
        text.append("|---:|---|---|---|---:|---:|---:|---|\n");
        for (Result result : results) {
            Plan plan = result.plan();
            text.append("| ").append(plan.number());
            text.append(" | ").append(plan.mode().word());
            text.append(" | ").append(plan.workload().word());
            text.append(" | ")
                    .append(String.join(
                            ", ",
                            plan.strikes().stream()
                                    .map(strike -> strike.kind().word())
                                    .toList()));
            text.append(" | ").append(result.report().operations());
            text.append(" | ").append(result.report().grants());
            text.append(" | ").append(result.expiries());
            text.append(" | ").append(result.report().verdict()).append(" |\n");
        }
    }
}
