package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Mode;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A snapshot that is made of another one and the commands since is the one that the whole table would be written as. */
final class CompactionTest {
    private static final int RUNS = 60;
    private static final int STEPS = 3_000;
    private static final Terms TERMS = new Terms(45_000, 0, Map.of());

    private final List<byte[]> commands = new ArrayList<>();
    private final LockTable table = recorded();
    private long drawn;

    private LockTable recorded() {
        LockTable empty = empty();
        empty.onChange(new CommandWriter(commands::add));
        return empty;
    }

    private static LockTable empty() {
        return new LockTable(0, 50);
    }

    private Hold acquire(String name, @Nullable Session session, Terms terms) {
        return acquire(List.of(new Part(name, Claim.EXCLUSIVE)), session, null, terms);
    }

    private Hold acquire(List<Part> parts, @Nullable Session session, @Nullable RequestKey request, Terms terms) {
        drawn++;
        Token token = new Token(7 * drawn, -drawn);
        return table.acquire(new AcquireCommand(parts, "client", session, request, terms, token, drawn), true)
                .requireHold();
    }

    /** What stands written now; the commands begin anew. */
    private byte[] written() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            TableWriter.write(table, new DataOutputStream(bytes));
            commands.clear();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Compaction compaction(byte @Nullable [] before) throws IOException {
        Compaction compaction = new Compaction(before == null ? null : () -> new ByteArrayInputStream(before), empty());
        commands.forEach(compaction::foresee);
        compaction.read();
        commands.forEach(compaction::apply);
        return compaction;
    }

    private static byte[] bytesOf(Compaction compaction) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        compaction.write(bytes);
        return bytes.toByteArray();
    }

    /** Returns what stands written now; the commands begin anew. */
    private byte[] assertCompacts(byte @Nullable [] before, String context) throws IOException {
        Compaction compaction = compaction(before);
        byte[] compacted = bytesOf(compaction);
        byte[] expected = written();
        assertEquals(table.size(), compaction.size(), context);
        assertArrayEquals(expected, compacted, context);
        return expected;
    }

    @Test
    void theFirstOneIsMadeOfCommandsAlone() throws IOException {
        acquire("a", null, TERMS);
        assertCompacts(null, "");
    }

    @Test
    void whatIsLongerThanAnyBufferIsCopiedWhole() throws IOException {
        Session session = table.openSession(new Token(1, 1), "client", TERMS, 1);
        String longName = "n".repeat(60_000);
        for (int i = 0; i < 10; i++) {
            table.breakHold(acquire("b" + i, session, TERMS), 1, longName, 0);
        }
        List<Part> set = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            set.add(new Part(longName + i, Claim.EXCLUSIVE));
        }
        acquire(set, session, null, new Terms(45_000, 5, Map.of("key", longName)));
        Hold shortOne = acquire("short", null, TERMS);
        byte[] before = written();
        table.end(shortOne, EndReason.RELEASED);
        assertCompacts(before, "");
    }

    @Test
    void aSessionThatIsOverStaysAsLongAsSomethingOfItsIsHeld() throws IOException {
        Session session = table.openSession(new Token(1, 1), "client", TERMS, 1);
        Hold ended = acquire("a", session, TERMS);
        acquire("b", session, TERMS);
        byte[] before = written();
        table.endSession(session, EndReason.SESSION_CLOSED);
        table.end(ended, EndReason.SESSION_CLOSED);
        assertCompacts(before, "");
    }

    @Test
    void aRandomTableIsCompactedAgainAndAgain() throws IOException {
        Long only = Long.getLong("seed");
        long first = only != null ? only : new Random().nextLong();
        for (long seed = first; seed < first + (only != null ? 1 : RUNS); seed++) {
            new CompactionTest().play(new Random(seed), "seed " + seed);
        }
    }

    private void play(Random random, String context) throws IOException {
        List<Hold> holds = new ArrayList<>();
        List<Session> sessions = new ArrayList<>();
        byte[] before = null;
        for (int step = 1; step <= STEPS; step++) {
            int choice = random.nextInt(100);
            if (choice < 60) {
                Session session = sessions.isEmpty() || random.nextBoolean()
                        ? null
                        : sessions.get(random.nextInt(sessions.size()));
                List<Part> parts = parts(random);
                if (table.admits(parts)) {
                    holds.add(acquire(parts, session, request(random, session), terms(random)));
                }
            } else if (choice < 63) {
                sessions.add(table.openSession(new Token(step, step), "client", TERMS, step));
            } else if (choice < 65 && !sessions.isEmpty()) {
                table.endSession(sessions.remove(random.nextInt(sessions.size())), EndReason.EXPIRED);
            } else if (choice < 68 && !holds.isEmpty()) {
                Hold broken = holds.remove(random.nextInt(holds.size()));
                long epoch = table.beginBreak(broken.resourceName());
                table.breakHold(broken, epoch, "why", 100);
                endDelays(broken, epoch, random);
            } else if (!holds.isEmpty()) {
                // Mostly the newest, as locks go: the older ones are copied many times.
                int age = Math.min(holds.size() - 1, (int) Math.abs(random.nextGaussian() * 50));
                Hold expired = holds.remove(holds.size() - 1 - age);
                endDelays(expired, table.end(expired, EndReason.EXPIRED), random);
            }
            if (random.nextInt(400) == 0) {
                before = assertCompacts(before, context);
            }
        }
        assertTrue(table.size() > 100, context);
    }

    /** Some stay, but where many wait for it. */
    private void endDelays(Hold hold, long epoch, Random random) {
        for (Part part : hold.parts()) {
            if (part.claim().mode() != Mode.EXCLUSIVE || random.nextBoolean()) {
                table.endDelay(part.resourceName(), epoch);
            }
        }
    }

    /** Names that nobody else has, and one that many share. */
    private List<Part> parts(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> List.of(new Part("shared", Claim.SHARED));
            case 1 -> List.of(new Part("permits", Claim.permits(1 + random.nextInt(3), 1_000_000)));
            case 2 -> List.of(new Part("x" + drawn, Claim.EXCLUSIVE), new Part("y" + drawn, Claim.SHARED));
            default -> List.of(new Part("n" + drawn, Claim.EXCLUSIVE));
        };
    }

    private @Nullable RequestKey request(Random random, @Nullable Session session) {
        return session == null || random.nextBoolean() ? null : new RequestKey("n", "client", "request-" + drawn);
    }

    private static Terms terms(Random random) {
        return random.nextInt(3) > 0
                ? TERMS
                : new Terms(1_000 + random.nextInt(10), random.nextInt(2), Map.of("k", "v" + random.nextInt(9)));
    }

    @Test
    void aSnapshotThatEndsTooEarlyIsNotCompacted() throws IOException {
        for (int i = 0; i < 100; i++) {
            acquire("n" + i, null, TERMS);
        }
        byte[] whole = written();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(EOFException.class, () -> compaction(part), "of length " + length);
        }
    }

    @Test
    void aLockInTwoHandsIsNotRead() throws IOException {
        Hold first = acquire("a", null, TERMS);
        byte[] before = written();
        table.end(first, EndReason.RELEASED);
        acquire("a", null, TERMS);
        commands.remove(0); // the release, as if it were lost
        byte[] twice = bytesOf(compaction(before));
        DamagedLogException refused = assertThrows(
                DamagedLogException.class,
                () -> TableReader.read(new DataInputStream(new ByteArrayInputStream(twice)), empty()));
        assertTrue(refused.getMessage().contains("what others hold"), refused.getMessage());
    }
}
