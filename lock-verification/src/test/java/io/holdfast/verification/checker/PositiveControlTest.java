package io.holdfast.verification.checker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holders that pause for longer than their lease, with a store that asks for the fence and one that does not. */
final class PositiveControlTest {
    private static final long SECOND = 1_000_000;

    private static Report run(boolean isFenced, boolean pauses) {
        Checker checker = new Checker(CheckerOptions.anySize());
        long number = 0;
        List<HistoryEvent> stored = new ArrayList<>();
        FencedStore store = new FencedStore(new StoredInto(stored), isFenced);
        for (int holder = 1; holder <= 20; holder++) {
            long at = holder * 10L * SECOND;
            number = write(checker, store, stored, number, at, holder);
            if (pauses && holder > 1) { // the one before wakes up, and goes on with what it was about to do
                number = write(checker, store, stored, number, at + SECOND, holder - 1);
            }
        }
        return checker.finish(List.of());
    }

    private static long write(
            Checker checker, FencedStore store, List<HistoryEvent> stored, long before, long at, long fence) {
        long number = before + 1;
        List<Claim> account = List.of(Claim.exclusive("account"));
        checker.accept(new Call(at, number, "holder", Verb.WRITE, account, 0, 0, 0, fence, number, 0, 0, 0, 0));
        boolean taken = store.write(at + 1, "account", number, fence);
        stored.forEach(checker::accept);
        stored.clear();
        Outcome outcome = taken ? Outcome.OK : Outcome.REFUSED;
        String status = taken ? "" : "StaleFence";
        checker.accept(new Answer(at + 2, number, outcome, status, 0, 0, 0, 0, 0, 0, null, 0, null));
        return number;
    }

    /** Keeps what the store writes into its books. */
    private record StoredInto(List<HistoryEvent> events) implements HistorySink {
        @Override
        public void stored(HistoryEvent.Stored stored) {
            events.add(stored);
        }

        @Override
        public void called(Call call) {
            throw new AssertionError(call);
        }

        @Override
        public void answered(Answer answer) {
            throw new AssertionError(answer);
        }

        @Override
        public void believed(HistoryEvent.Belief belief) {
            throw new AssertionError(belief);
        }

        @Override
        public void fault(HistoryEvent.Fault fault) {
            throw new AssertionError(fault);
        }

        @Override
        public void outage(HistoryEvent.Outage outage) {
            throw new AssertionError(outage);
        }

        @Override
        public void journaled(HistoryEvent.Journal entry) {
            throw new AssertionError(entry);
        }
    }

    @Test
    void withoutAFenceTheSameRunFails() {
        Report unfenced = run(false, true);
        assertTrue(unfenced.violates(Rule.FENCED_WRITES));
        assertEquals(PositiveControl.Outcome.PROVED, PositiveControl.judge(run(true, true), unfenced));
    }

    @Test
    void aRunThatNeedsNoFenceProvesNothing() {
        assertEquals(PositiveControl.Outcome.TOO_TAME, PositiveControl.judge(run(true, false), run(false, false)));
    }

    @Test
    void aFencedRunThatFailsProvesNothingEither() {
        assertEquals(
                PositiveControl.Outcome.FENCED_RUN_FAILED, PositiveControl.judge(run(false, true), run(false, true)));
    }
}
