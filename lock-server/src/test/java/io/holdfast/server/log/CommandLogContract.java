package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link CommandLog} does, wherever it keeps its commands, as long as nothing goes wrong. */
@Timeout(60)
abstract class CommandLogContract {
    /** Far more than a log takes at a time. */
    private static final int MANY = 5_000;

    private final ExecutorService loop = Executors.newSingleThreadExecutor();
    private final List<String> told = new ArrayList<>();
    private CommandLog log;

    /** Makes an empty log. */
    abstract CommandLog open(Executor eventLoop) throws Exception;

    abstract void close() throws Exception;

    @BeforeEach
    void start() throws Exception {
        log = open(loop);
    }

    @AfterEach
    void stop() throws Exception {
        close();
        loop.shutdownNow();
    }

    /** One turn of the event loop. */
    private <T> T turn(Callable<T> work) throws Exception {
        return loop.submit(work).get(20, TimeUnit.SECONDS);
    }

    private void tell(String what) {
        log.whenDurable(() -> told.add(what), () -> told.add("lost " + what));
    }

    /** Waits until everything that was appended is durable; returns what was told until then. */
    private List<String> whatIsTold() throws Exception {
        CompletableFuture<Boolean> durable = new CompletableFuture<>();
        turn(() -> {
            log.whenDurable(() -> durable.complete(true), () -> durable.complete(false));
            return true;
        });
        assertTrue(durable.get(20, TimeUnit.SECONDS));
        return turn(() -> List.copyOf(told));
    }

    private static List<byte[]> commands(int count) {
        List<byte[]> commands = new ArrayList<>();
        LockTable table = new LockTable(0, 0);
        table.onChange(new CommandWriter(commands::add));
        for (int i = 0; i < count; i++) {
            table.acquire(
                            new AcquireCommand(
                                    List.of(new Part("r" + i, Claim.EXCLUSIVE)),
                                    "client",
                                    null,
                                    null,
                                    new Terms(45_000, 0, Map.of()),
                                    new Token(7, i),
                                    1),
                            true)
                    .requireHold();
        }
        assertEquals(count, commands.size());
        return commands;
    }

    @Test
    void whoeverHasNothingToWaitForIsToldInTheSameTurn() throws Exception {
        turn(() -> {
            assertTrue(log.isDurable());
            assertFalse(log.isFull());
            tell("a");
            assertEquals(List.of("a"), told);
            return true;
        });
    }

    @Test
    void whatIsTellableBecomesSoInTheOrderOfTheCalls() throws Exception {
        List<byte[]> commands = commands(3);
        turn(() -> {
            tell("before");
            log.append(commands.get(0));
            tell("a");
            tell("a again");
            log.append(commands.get(1));
            log.append(commands.get(2));
            tell("c");
            return true;
        });
        assertEquals(List.of("before", "a", "a again", "c"), whatIsTold());
    }

    @Test
    void whateverIsToldIsDurable() throws Exception {
        List<byte[]> commands = commands(1);
        CompletableFuture<Boolean> durable = new CompletableFuture<>();
        turn(() -> {
            log.append(commands.get(0));
            log.whenDurable(() -> durable.complete(log.isDurable()), () -> durable.complete(false));
            return true;
        });
        assertTrue(durable.get(20, TimeUnit.SECONDS), "nothing was appended since");
    }

    @Test
    void whoeverIsToldMayAppendAndWaitAgain() throws Exception {
        List<byte[]> commands = commands(2);
        CompletableFuture<Boolean> second = new CompletableFuture<>();
        turn(() -> {
            log.append(commands.get(0));
            log.whenDurable(
                    () -> {
                        told.add("first");
                        log.append(commands.get(1));
                        log.whenDurable(() -> second.complete(told.add("second")), () -> second.complete(false));
                    },
                    () -> second.complete(false));
            tell("beside");
            return true;
        });
        assertTrue(second.get(20, TimeUnit.SECONDS));
        List<String> order = whatIsTold();
        assertTrue(order.indexOf("first") < order.indexOf("second"), order.toString());
        assertEquals(3, order.size(), order.toString());
        assertTrue(order.contains("beside"), order.toString());
    }

    @Test
    void manyAtOnceAreAllTakenInOrder() throws Exception {
        List<byte[]> commands = commands(MANY);
        turn(() -> {
            for (int i = 0; i < MANY; i++) {
                log.append(commands.get(i));
                tell(Integer.toString(i));
            }
            return true;
        });
        assertEquals(IntStream.range(0, MANY).mapToObj(Integer::toString).toList(), whatIsTold());
        turn(() -> {
            assertTrue(log.isDurable());
            assertFalse(log.isFull());
            return true;
        });
    }
}
