package io.holdfast.fencing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guard in a real database, H2 in memory, with connections of its own for each holder. */
@Timeout(20)
final class JdbcFenceTest {
    private static final AtomicLong DATABASES = new AtomicLong();

    private final String url = "jdbc:h2:mem:fence" + DATABASES.incrementAndGet() + ";LOCK_TIMEOUT=10000";
    private final List<Connection> open = new ArrayList<>();
    private Connection a;
    private Connection b;
    private Connection looker;

    @BeforeEach
    void create() throws Exception {
        looker = connect();
        looker.setAutoCommit(true);
        try (Statement statement = looker.createStatement()) {
            statement.execute(JdbcFence.CREATE_TABLE);
            statement.execute("CREATE TABLE written (seq BIGINT GENERATED ALWAYS AS IDENTITY, resource VARCHAR(40),"
                    + " fence BIGINT)");
        }
        a = connect();
        b = connect();
    }

    @AfterEach
    void close() throws Exception {
        for (Connection connection : open) {
            connection.close();
        }
    }

    @Test
    void theStaleHolderCannotWrite() throws Exception {
        write(a, "r", 7);
        write(a, "r", 7);
        write(b, "r", 9);
        StaleFenceException stale = assertThrows(StaleFenceException.class, () -> write(a, "r", 7));
        a.rollback();
        assertEquals(9, stale.newestFence());
        write(a, "other", 7);
        write(b, "r", 9);
        assertEquals(Map.of("r", List.of(7L, 7L, 9L, 9L), "other", List.of(7L)), written());
    }

    @Test
    void eachStatementInATransactionOfItsOwnWouldProtectNothing() {
        assertThrows(IllegalStateException.class, () -> JdbcFence.check(looker, "r", 7));
        assertThrows(IllegalArgumentException.class, () -> JdbcFence.check(a, "r", 0));
    }

    @Test
    void whatIsRolledBackHasNotBeenSeen() throws Exception {
        write(a, "r", 7);
        JdbcFence.check(a, "r", 9);
        a.rollback();
        write(b, "r", 8);
        assertEquals(Map.of("r", List.of(7L, 8L)), written());
    }

    @Test
    void whatWasDoneBeforeInTheTransactionStays() throws Exception {
        insert(a, "before", 1);
        write(a, "r", 7);
        assertEquals(Map.of("before", List.of(1L), "r", List.of(7L)), written());
    }

    @Test
    void theStaleHolderWaitsForTheNewOnesCommitAndIsRefused() throws Exception {
        write(a, "r", 7);
        JdbcFence.check(b, "r", 9);
        FutureTask<Void> stale = onThread(() -> write(a, "r", 7));
        awaitBlocked();
        insert(b, "r", 9);
        b.commit();
        assertStale(stale);
        assertEquals(Map.of("r", List.of(7L, 9L)), written());
    }

    @Test
    void theNewHolderWaitsForTheOldOnesWrite() throws Exception {
        write(a, "r", 7);
        JdbcFence.check(a, "r", 7);
        FutureTask<Void> next = onThread(() -> write(b, "r", 9));
        awaitBlocked();
        insert(a, "r", 7);
        a.commit();
        next.get();
        assertEquals(Map.of("r", List.of(7L, 7L, 9L)), written());
    }

    @Test
    void ofTwoFirstWritesTheStaleOneIsRefused() throws Exception {
        JdbcFence.check(b, "r", 9);
        FutureTask<Void> stale = onThread(() -> {
            insert(a, "before", 1);
            write(a, "r", 7);
        });
        awaitBlocked();
        b.commit();
        assertStale(stale);
    }

    @Test
    void ofTwoFirstWritesTheNewerOneComesSecond() throws Exception {
        JdbcFence.check(b, "r", 7);
        FutureTask<Void> next = onThread(() -> {
            insert(a, "before", 1);
            write(a, "r", 9);
        });
        awaitBlocked();
        insert(b, "r", 7);
        b.commit();
        next.get();
        assertEquals(Map.of("before", List.of(1L), "r", List.of(7L, 9L)), written());
    }

    @Test
    void aFirstWriteThatIsRolledBackDoesNotCount() throws Exception {
        JdbcFence.check(b, "r", 9);
        FutureTask<Void> first = onThread(() -> write(a, "r", 7));
        awaitBlocked();
        b.rollback();
        first.get();
        assertEquals(Map.of("r", List.of(7L)), written());
    }

    @Test
    void onAStricterLevelTheStaleHolderIsRefusedOneWayOrTheOther() throws Exception {
        for (int level : List.of(Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE)) {
            String resource = "r" + level;
            a.setTransactionIsolation(level);
            insert(a, "before", 1); // from here on it sees the past
            write(b, resource, 9);
            Exception refused = assertThrows(Exception.class, () -> write(a, resource, 7));
            assertTrue(
                    refused instanceof StaleFenceException
                            || (refused instanceof SQLException e
                                    && e.getSQLState().startsWith("40")),
                    refused::toString);
            a.rollback();
            assertThrows(StaleFenceException.class, () -> write(a, resource, 7));
            a.rollback();
            write(a, resource, 10);
            assertEquals(List.of(9L, 10L), written().get(resource));
        }
    }

    /** Holders that come, write late and all at once: what is committed is in the order of the tokens. */
    @Test
    void concurrentWritersCommitInTheOrderOfTheirTokens() throws Exception {
        long seed = System.nanoTime();
        AtomicLong tokens = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        List<FutureTask<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Connection connection = connect();
            SplittableRandom random = new SplittableRandom(seed + i);
            writers.add(onThread(() -> {
                for (int round = 0; round < 100; round++) {
                    String resource = "r" + random.nextInt(3);
                    long fence = tokens.incrementAndGet();
                    int writes = 1 + random.nextInt(3);
                    try {
                        for (int n = 0; n < writes; n++) {
                            write(connection, resource, fence);
                        }
                    } catch (StaleFenceException e) {
                        connection.rollback();
                        refused.incrementAndGet();
                    }
                }
            }));
        }
        for (FutureTask<Void> writer : writers) {
            writer.get();
        }
        written()
                .forEach((resource, fences) ->
                        assertEquals(fences.stream().sorted().toList(), fences, () -> resource + ", seed " + seed));
        assertEquals(3, written().size());
    }

    private void write(Connection connection, String resource, long fence) throws SQLException {
        JdbcFence.write(connection, resource, fence, () -> insert(connection, resource, fence));
        connection.commit();
    }

    private static void insert(Connection connection, String resource, long fence) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO written (resource, fence) VALUES (?, ?)")) {
            insert.setString(1, resource);
            insert.setLong(2, fence);
            insert.executeUpdate();
        }
    }

    /** What was committed, in the order in which it was written. */
    private Map<String, List<Long>> written() throws SQLException {
        Map<String, List<Long>> written = new TreeMap<>();
        try (Statement statement = looker.createStatement();
                ResultSet rows = statement.executeQuery("SELECT resource, fence FROM written ORDER BY seq")) {
            while (rows.next()) {
                written.computeIfAbsent(rows.getString(1), r -> new ArrayList<>())
                        .add(rows.getLong(2));
            }
        }
        return written;
    }

    /** Until one connection waits for another's row, or inserts its own first one, of which H2 names no blocker. */
    private void awaitBlocked() throws SQLException {
        String blocked = "SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS WHERE BLOCKER_ID IS NOT NULL"
                + " OR EXECUTING_STATEMENT LIKE 'INSERT INTO holdfast_fence%'";
        long count = 0;
        while (count == 0) {
            assertFalse(Thread.currentThread().isInterrupted(), "nobody waits");
            try (Statement statement = looker.createStatement();
                    ResultSet row = statement.executeQuery(blocked)) {
                row.next();
                count = row.getLong(1);
            }
        }
    }

    private static void assertStale(FutureTask<Void> task) {
        assertInstanceOf(
                StaleFenceException.class,
                assertThrows(ExecutionException.class, task::get).getCause());
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        open.add(connection);
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        return connection;
    }

    private static FutureTask<Void> onThread(FenceGuard.Write<SQLException> body) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            body.run();
            return null;
        });
        new Thread(task, "holder").start();
        return task;
    }
}
