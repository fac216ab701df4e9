package io.holdfast.fencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Savepoint;
import java.util.OptionalLong;

/**
 * Remembers the highest fencing token per resource in a table, and refuses lower ones, within the transaction of the write
 * it guards. This class is thread-safe; a connection is not.
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * JdbcFence.check(connection, "orders/42", lock.fencingToken()); // throws StaleFenceException
 * update.executeUpdate();
 * connection.commit();
 * }</pre>
 *
 * <p><b>Why it holds.</b> {@link #check} updates the resource's row, and the row stays locked until the transaction ends.
 * So of two holders that write at the same time one waits for the other's commit, and if the other's token was higher, it
 * is refused. A transaction that is rolled back has written nothing and leaves the token before.
 *
 * <p><b>Isolation.</b> {@code READ COMMITTED} is enough. A stricter level is as safe, but may end a check that meets another
 * one with an {@link SQLException} of SQL state class 40: roll back and repeat the transaction, as ever on such a level.
 * The wait for the row is bounded by the database's own lock time-out. A transaction that checks several resources must
 * check them in the same order everywhere, or two of them may deadlock, which the database ends.
 *
 * <p><b>Which databases.</b> The SQL is standard: {@code UPDATE}, {@code SELECT}, {@code INSERT} and a savepoint, because in
 * PostgreSQL a failed {@code INSERT} would end the transaction. The driver must report the rows an update matched, not those
 * it changed (MySQL's does by default). The column {@code resource} should compare case by case; a collation that does not
 * makes two resources share a token, which refuses too much and never too little. The rows are never deleted here; delete
 * one only when no holder of that resource can be left.
 */
public final class JdbcFence {
    /**
     * Creates the table. Lengthen the name if the service allows longer ones than its default of 512 bytes, and use the
     * database's own 64-bit integer where it does not know {@code BIGINT}.
     */
    public static final String CREATE_TABLE =
            "CREATE TABLE holdfast_fence (resource VARCHAR(512) NOT NULL PRIMARY KEY, token BIGINT NOT NULL)";

    private static final String RAISE = "UPDATE holdfast_fence SET token = ? WHERE resource = ? AND token <= ?";
    private static final String FIRST = "INSERT INTO holdfast_fence (resource, token) VALUES (?, ?)";
    private static final String NEWEST = "SELECT token FROM holdfast_fence WHERE resource = ?";
    private static final String INTEGRITY_VIOLATED = "23";
    private static final String SERIALIZATION_FAILED = "40001";
    /** Each further round needs somebody who inserted the row, or deleted it, between two statements. */
    private static final int MAX_ROUNDS = 5;

    private JdbcFence() {}

    /**
     * Returns if no higher token has been seen for the resource; then none will be, and no other holder writes, until this
     * transaction ends. Call it before the write, and before the look that the write depends on.
     *
     * @throws StaleFenceException if one has; then nothing was done, and the caller should roll back
     * @throws IllegalStateException if the connection commits each statement by itself: then nothing would stay locked
     * @throws IllegalArgumentException if {@code fence} is less than 1, which no fencing token is
     * @throws SQLException as the database does; the transaction is to be rolled back, and the write not to be done
     */
    public static void check(Connection connection, String resource, long fence) throws SQLException {
        FenceGuard.requireFence(fence);
        if (connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "the fence must be checked in the transaction of the write: call" + " setAutoCommit(false) first");
        }
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (raise(connection, resource, fence)) {
                return;
            }
            OptionalLong newest = newest(connection, resource);
            if (newest.isEmpty()) {
                if (insertFirst(connection, resource, fence)) {
                    return;
                }
            } else if (newest.getAsLong() > fence) {
                throw new StaleFenceException(resource, fence, newest.getAsLong());
            }
            // Somebody else's first row came in between, or is not visible on this isolation level.
        }
        throw new SQLTransactionRollbackException(
                "the fence of '" + resource + "' cannot be seen in this transaction: repeat it", SERIALIZATION_FAILED);
    }

    /**
     * Checks, and runs the write if the token is not stale. Commits nothing and rolls nothing back.
     *
     * @throws StaleFenceException as {@link #check} does; then the write was not run
     * @throws SQLException as {@link #check} does, or if the write does
     */
    public static void write(Connection connection, String resource, long fence, FenceGuard.Write<SQLException> write)
            throws SQLException {
        check(connection, resource, fence);
        write.run();
    }

    private static boolean raise(Connection connection, String resource, long fence) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(RAISE)) {
            update.setLong(1, fence);
            update.setString(2, resource);
            update.setLong(3, fence);
            return update.executeUpdate() > 0;
        }
    }

    private static OptionalLong newest(Connection connection, String resource) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
            select.setString(1, resource);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** False if another transaction has inserted the row in the meantime; it has been committed then. */
    private static boolean insertFirst(Connection connection, String resource, long fence) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try (PreparedStatement insert = connection.prepareStatement(FIRST)) {
            insert.setString(1, resource);
            insert.setLong(2, fence);
            insert.executeUpdate();
            return true;
        } catch (SQLException e) {
            if (e.getSQLState() == null || !e.getSQLState().startsWith(INTEGRITY_VIOLATED)) {
                throw e;
            }
            connection.rollback(before);
            return false;
        }
    }
}
