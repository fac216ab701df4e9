package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class PromisesTest {
    private static final long BLOCK = Promises.FENCING_BLOCK;

    private final List<RestartState> written = new ArrayList<>();
    private final List<Consumer<Boolean>> writers = new ArrayList<>();
    private final Promises promises = new Promises(new RestartState(45_000, BLOCK, false), (state, done) -> {
        written.add(state);
        writers.add(done);
    });

    @Test
    void reservesTheNextBlockBeforeTheFirstIsUsedUp() {
        assertTrue(promises.allows(45_000, BLOCK / 2));
        assertEquals(List.of(), written);
        assertTrue(promises.allows(45_000, BLOCK / 2 + 1), "the grant does not wait");
        assertEquals(List.of(new RestartState(45_000, 2 * BLOCK, false)), written);
        assertFalse(promises.allows(45_000, BLOCK + 1), "not before it is synced");
        writers.get(0).accept(true);
        assertTrue(promises.allows(45_000, BLOCK + 1));
    }

    @Test
    void whoCannotHaveAFencingTokenYetWaitsForTheBlock() {
        List<Boolean> answers = new ArrayList<>();
        assertFalse(promises.allows(45_000, BLOCK + 1));
        promises.await(45_000, answers::add);
        assertEquals(List.of(), answers);
        writers.get(0).accept(true);
        writers.get(1).accept(true);
        assertEquals(List.of(true), answers);
    }

    @Test
    void oneWriteAtATimeAndTheLastOneHasItAll() {
        List<Boolean> answers = new ArrayList<>();
        promises.await(50_000, answers::add);
        promises.await(60_000, answers::add);
        promises.await(55_000, answers::add);
        assertEquals(1, written.size());
        writers.get(0).accept(true);
        assertEquals(List.of(true), answers);
        assertEquals(60_000, written.get(1).longestTtlMillis());
        writers.get(1).accept(true);
        assertEquals(List.of(true, true, true), answers);
        assertTrue(promises.allows(60_000, 1));
    }

    @Test
    void aFailedWritePromisesNothingAndCanBeTriedAgain() {
        List<Boolean> answers = new ArrayList<>();
        promises.await(50_000, answers::add);
        writers.get(0).accept(false);
        assertFalse(promises.allows(50_000, 1));
        promises.await(50_000, answers::add);
        writers.get(1).accept(true);
        assertEquals(List.of(false, true), answers);
        assertTrue(promises.allows(50_000, 1));
    }
}
