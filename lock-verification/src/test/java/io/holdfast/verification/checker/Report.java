package io.holdfast.verification.checker;

import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What was found in a history.
 *
 * @param operations answered calls
 * @param contended acquires that had to wait or were refused because others held the lock
 * @param unknown calls that were given up, or never answered
 * @param faults how often each kind of fault was injected
 * @param faultsNotRun how often each kind could not be
 * @param violations the first hundred
 * @param violationCount all of them
 * @param voidReasons why the run says nothing, if it does not
 * @param torn files whose last line was cut off
 */
public record Report(
        long operations,
        long grants,
        long contended,
        long unknown,
        long beliefs,
        long writes,
        long outages,
        SortedMap<String, Integer> faults,
        SortedMap<String, Integer> faultsNotRun,
        List<Violation> violations,
        long violationCount,
        List<String> voidReasons,
        List<String> torn) {
    /** What it comes to. Only the first is a pass. */
    public enum Verdict {
        PASSED,
        VIOLATED,
        /** Too little happened for anything to go wrong. */
        VOID,
        /** Nothing was violated, but a fault that was planned could not be injected. */
        FAULTS_NOT_RUN
    }

    public Verdict verdict() {
        if (violationCount > 0) {
            return Verdict.VIOLATED;
        }
        if (!voidReasons.isEmpty()) {
            return Verdict.VOID;
        }
        return faultsNotRun.isEmpty() ? Verdict.PASSED : Verdict.FAULTS_NOT_RUN;
    }

    public boolean violates(Rule rule) {
        return violations.stream().anyMatch(violation -> violation.rule() == rule);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(verdict()).append(": ").append(operations).append(" operations, ");
        text.append(grants).append(" grants, ").append(contended).append(" contended acquires, ");
        text.append(unknown).append(" unknown outcomes, ").append(beliefs).append(" beliefs, ");
        text.append(writes).append(" fenced writes, ").append(outages).append(" outages\n");
        text.append("faults: ")
                .append(faults.isEmpty() ? "none" : counts(faults))
                .append('\n');
        if (!faultsNotRun.isEmpty()) {
            text.append("not run, this machine cannot do it: ")
                    .append(counts(faultsNotRun))
                    .append('\n');
        }
        voidReasons.forEach(reason -> text.append("void: ").append(reason).append('\n'));
        torn.forEach(file -> text.append("the last line of ").append(file).append(" was cut off\n"));
        if (violationCount > violations.size()) {
            text.append(violationCount).append(" violations, of which the first are shown\n");
        }
        violations.forEach(violation -> text.append(violation).append('\n'));
        return text.toString();
    }

    private static String counts(SortedMap<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
    }
}
