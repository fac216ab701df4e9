package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LeasedLock;
import io.holdfast.client.blocking.LockHandle;
import io.holdfast.fencing.FenceGuard;
import io.holdfast.fencing.JdbcFence;
import io.holdfast.fencing.StaleFenceException;
import io.holdfast.fencing.web.FenceHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/fencing.md} and of the README's part on views, compiled and run. */
@Timeout(60)
final class FencingExamplesTest {
    private static final Path SOURCE = Path.of("src/test/java/io/holdfast/verification/FencingExamplesTest.java");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path dataDir;

    private final Duration patience = Duration.ofSeconds(5);
    private final AcquireOptions options = AcquireOptions.defaults();
    private LocalServer server;
    private BlockingLockClient locks;
    private Connection db;

    @BeforeEach
    void start() throws Exception {
        server = LocalServer.start(dataDir);
        locks = BlockingLockClient.create(server.options("example"));
        db = DriverManager.getConnection("jdbc:h2:mem:examples");
        try (Statement statement = db.createStatement()) {
            statement.execute("create table orders (id int primary key, state varchar(10), fence bigint)");
            statement.execute("insert into orders values (42, 'open', 0)");
            statement.execute("create table fees (id int, amount int)");
            statement.execute(JdbcFence.CREATE_TABLE);
        }
    }

    @AfterEach
    void stop() throws Exception {
        db.close();
        locks.close();
        server.close();
    }

    @Test
    void theDocumentShowsWhatIsRunHere() throws Exception {
        String source = stripped(Files.readString(SOURCE));
        List<String> blocks = JAVA_BLOCK
                .matcher(Files.readString(Path.of("../docs/fencing.md")))
                .results()
                .map(block -> stripped(block.group(1)))
                .toList();
        assertTrue(blocks.size() >= 6, "too few examples were found");
        for (String block : blocks) {
            assertTrue(source.contains(block), () -> "not in " + SOURCE + ":\n" + block);
        }
    }

    private static String stripped(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    @Test
    void inTheRowItself() throws Exception {
        assertTrue(markPaid(db, 42, 9));
        assertFalse(markPaid(db, 42, 7));
    }

    static boolean markPaid(Connection db, int order, long fence) throws SQLException {
        String sql = "update orders set state = 'paid', fence = ? where id = ? and fence <= ?";
        try (PreparedStatement update = db.prepareStatement(sql)) {
            update.setLong(1, fence);
            update.setInt(2, order);
            update.setLong(3, fence);
            return update.executeUpdate() == 1; // 0: a later holder has written
        }
    }

    @Test
    void inATransaction() throws Exception {
        try (LockHandle lock = locks.acquire("orders/42", patience)) {
            pay(db, lock.fencingToken());
        }
        try (LockHandle lock = locks.acquire("orders/42", patience)) {
            pay(db, lock.fencingToken());
            long stale = lock.fencingToken() - 1;
            assertThrows(StaleFenceException.class, () -> pay(db, stale));
        }
    }

    static void pay(Connection db, long fence) throws SQLException {
        db.setAutoCommit(false);
        try (Statement statement = db.createStatement()) {
            JdbcFence.check(db, "orders/42", fence); // throws StaleFenceException; keeps the row until the end
            statement.executeUpdate("update orders set state = 'paid' where id = 42");
            statement.executeUpdate("insert into fees select id, 3 from orders where id = 42");
            db.commit();
        } finally {
            db.rollback(); // after a commit there is nothing left to undo
        }
    }

    @Test
    void inThisProcess() {
        Map<String, String> prices = new HashMap<>();
        FenceGuard guard = FenceGuard.remembering(10_000);
        guard.write("prices/7", 9, () -> prices.put("7", "19.90"));
        assertThrows(StaleFenceException.class, () -> guard.write("prices/7", 8, () -> prices.put("7", "17.90")));
        assertEquals("19.90", prices.get("7"));
    }

    @Test
    void inFrontOfAnHttpResource() throws Exception {
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        FenceGuard guard = FenceGuard.remembering(10_000);
        router.put("/orders/:id")
                .handler(FenceHandler.create(guard, request -> "orders/" + request.pathParam("id")))
                .handler(request -> request.response().setStatusCode(204).end()); // writes the order
        HttpServer orders = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(5, TimeUnit.SECONDS);
        URI order = URI.create("http://127.0.0.1:" + orders.actualPort() + "/orders/42");
        try (LockHandle lock = locks.acquire("orders/42", patience)) {
            assertEquals(204, put(order, lock.fencingToken()).statusCode());
            HttpResponse<String> refused = put(order, lock.fencingToken() - 1);
            assertEquals(412, refused.statusCode());
            assertTrue(refused.body().contains("\"status\":\"StaleFence\""), refused::body);
        } finally {
            vertx.close().await(5, TimeUnit.SECONDS);
        }
    }

    static HttpResponse<String> put(URI order, long fence) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(order)
                .header("Holdfast-Fencing-Token", Long.toString(fence))
                .PUT(BodyPublishers.ofString("paid"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    @Test
    void stoppingTheWork() throws Exception {
        BlockingQueue<Integer> steps = new LinkedBlockingQueue<>(List.of(42, 0));
        try (LockHandle lock = locks.acquire("orders/42", patience).interruptOnLoss()) {
            for (int order = steps.take(); order != 0; order = steps.take()) { // throws InterruptedException on a loss
                assertTrue(markPaid(db, order, lock.fencingToken()));
            }
        }
    }

    @Test
    void asALockOfTheJdk() throws Exception {
        LeasedLock lock = locks.asLock("orders/42", options);
        lock.lock();
        try {
            markPaid(db, 42, lock.fencingToken());
        } finally {
            lock.unlock(); // throws LockLostException if the lock was lost meanwhile
        }
        assertFalse(lock.isHeld());
    }
}
