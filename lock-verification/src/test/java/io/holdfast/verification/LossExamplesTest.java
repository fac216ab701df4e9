package io.holdfast.verification;

import static io.holdfast.verification.LocalServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.LockBreak;
import io.holdfast.client.LockClient;
import io.holdfast.client.LockClientOptions;
import io.holdfast.client.LockEventListener;
import io.holdfast.client.LockEvents;
import io.holdfast.client.LockHandle;
import io.holdfast.protocol.LockEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/losing-a-lock.md}, compiled, and those run that need no operator. */
@ExtendWith(VertxExtension.class)
@Timeout(60)
final class LossExamplesTest {
    private static final Path SOURCE = Path.of("src/test/java/io/holdfast/verification/LossExamplesTest.java");
    private static final Path DOCUMENTS = Path.of("../docs");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ACQUIRES = Pattern.compile("(withLock|[aA]cquire|acquireAll)\\(|lock\\.");

    @TempDir
    private Path dataDir;

    private final List<String> written = new ArrayList<>();
    private final Store store = (what, value, fence) -> {
        assertTrue(fence > 0);
        written.add(what + " " + value);
        return Future.succeededFuture();
    };
    private Vertx vertx;
    private LocalServer server;
    private LockClient locks;

    /** Refuses a fence that is lower than it has seen. */
    private interface Store {
        Future<Void> write(String what, String value, long fence);
    }

    @BeforeEach
    void start(Vertx ofThisTest) throws Exception {
        server = LocalServer.start(dataDir);
        vertx = ofThisTest;
        locks = LockClient.create(vertx, server.options("example"));
    }

    @AfterEach
    void stop() throws Exception {
        await(locks.close());
        server.close();
    }

    private static Stream<String> javaBlocks(Path document) throws Exception {
        return JAVA_BLOCK.matcher(Files.readString(document)).results().map((MatchResult block) -> block.group(1));
    }

    private static String stripped(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    @Test
    void theDocumentShowsWhatIsCompiledHere() throws Exception {
        String source = stripped(Files.readString(SOURCE));
        List<String> blocks = javaBlocks(DOCUMENTS.resolve("losing-a-lock.md"))
                .map(LossExamplesTest::stripped)
                .toList();
        assertEquals(7, blocks.size());
        for (String block : blocks) {
            assertTrue(source.contains(block), () -> "not in " + SOURCE + ":\n" + block);
        }
    }

    /** An example that writes under a lock without its fence teaches how to lose data. */
    @Test
    void c8_everyExampleThatLocksUsesTheFencingToken() throws Exception {
        List<Path> documents = new ArrayList<>(List.of(Path.of("../README.md")));
        try (Stream<Path> files = Files.list(DOCUMENTS)) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        int examples = 0;
        for (Path document : documents) {
            for (String block : javaBlocks(document).toList()) {
                if (ACQUIRES.matcher(block).find()) {
                    examples++;
                    assertTrue(block.toLowerCase(java.util.Locale.ROOT).contains("fenc"), document + ":\n" + block);
                }
            }
        }
        assertTrue(examples >= 8, "only " + examples + " examples were found");
    }

    @Test
    void theyRun() throws Exception {
        await(inTheWork());
        LockHandle lock = await(locks.tryAcquire("orders/42")).orElseThrow();
        await(asAFuture(lock));
        await(asAFlag(lock, List.of("a", "b")));
        await(whenOthersWait(lock));
        assertEquals(
                List.of("orders/42 paid", "orders/42 packed", "a imported", "b imported", "catalog indexed so far"),
                written);
    }

    private Future<Void> inTheWork() {
        return locks.withLock("orders/42", lock -> {
            lock.ensureHeld(Duration.ofSeconds(2)); // or LockLostException
            return store.write("orders/42", "paid", lock.fencingToken());
        });
    }

    private Future<Void> asAFuture(LockHandle lock) {
        lock.lost().onSuccess(reason -> System.out.println("stopping: " + reason));
        return store.write("orders/42", "packed", lock.fencingToken());
    }

    private Future<Void> asAFlag(LockHandle lock, List<String> lines) {
        AtomicBoolean stop = new AtomicBoolean();
        lock.onLost(reason -> stop.set(true));
        Future<Void> done = Future.succeededFuture();
        for (String line : lines) {
            done = done.compose(v -> stop.get()
                    ? Future.failedFuture("the lock is lost")
                    : store.write(line, "imported", lock.fencingToken()));
        }
        return done;
    }

    private Future<Void> whenOthersWait(LockHandle lock) {
        lock.wanted().onSuccess(v -> lock.release());
        return store.write("catalog", "indexed so far", lock.fencingToken());
    }

    /** Against the default port, so compiled only. */
    Future<Void> inAShortSession() {
        LockClientOptions options = LockClientOptions.defaults().withSessionTtl(Duration.ofSeconds(10));
        LockClient locks = LockClient.create(vertx, options);
        return locks.withLock("orders/42", lock -> store.write("orders/42", "paid", lock.fencingToken()));
    }

    Future<Optional<LockBreak>> breaking() {
        return locks.breakLock("orders/42", "host app-7 is gone", Duration.ZERO)
                .onSuccess(broken -> System.out.println(broken.map(LockBreak::exclusionGivenUp)));
    }

    Future<Void> listening() {
        LockEvents events = locks.events("orders/", new LockEventListener() {
            @Override
            public void onEvent(long id, LockEvent event) {
                System.out.println(id + " " + event.kind() + " " + event.resourceName());
            }

            @Override
            public void onReset() {
                System.out.println("something was missed: look at the locks' status");
            }
        });
        return events.ended();
    }
}
