package io.holdfast.verification;

import io.holdfast.client.LockClientOptions;
import io.holdfast.client.LockRequest;
import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LockHandle;
import io.holdfast.fencing.JdbcFence;
import io.holdfast.fencing.StaleFenceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A program that works under a lock, in a process of its own. It takes the lock with a short lease, writes a row under its
 * fence, and waits for more to do until it is told of the loss; then it tries to write once more.
 */
final class HolderProcess implements AutoCloseable {
    static final String RESOURCE = "account/7";
    /** Long enough that a machine busy with other tests does not cost it the lock before it is stopped. */
    static final Duration TTL = Duration.ofSeconds(3);

    private static final String HOLDING = "holding ";
    private static final String LOST = "lost ";
    private static final String REFUSED = "refused ";

    private final Process process;
    private final BufferedReader output;

    private HolderProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    static HolderProcess start(URI endpoint, String database) throws IOException {
        return new HolderProcess(new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HolderProcess.class.getName(),
                        endpoint.toString(),
                        database)
                .redirectErrorStream(true)
                .start());
    }

    /** Waits until it has written under the lock; returns its fence. */
    long awaitHolding() throws IOException {
        return Long.parseLong(await(HOLDING));
    }

    /** Waits until it knows that it has lost the lock; returns when that was, in milliseconds of the wall clock. */
    long awaitLost() throws IOException {
        return Long.parseLong(await(LOST));
    }

    /** Waits until its late write was refused; returns the fence that refused it. */
    long awaitRefused() throws IOException {
        return Long.parseLong(await(REFUSED));
    }

    int awaitExit() throws InterruptedException {
        return process.waitFor();
    }

    /** SIGSTOP: it stands still, as in a long pause, until {@link #resume}. */
    void suspend() throws Exception {
        signal("-STOP");
    }

    /** SIGCONT. */
    void resume() throws Exception {
        signal("-CONT");
    }

    private void signal(String signal) throws Exception {
        int exit = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IllegalStateException("kill " + signal + " exited with " + exit);
        }
    }

    private String await(String what) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(what)) {
                return line.substring(what.length());
            }
            seen.append(line).append('\n');
        }
        throw new AssertionError("the holder ended without '" + what + "': " + seen);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The program. */
    public static void main(String[] args) throws Exception {
        LockClientOptions options = LockClientOptions.defaults().withEndpoint(URI.create(args[0]));
        try (BlockingLockClient locks = BlockingLockClient.create(options);
                Connection database = DriverManager.getConnection(args[1]);
                LockHandle lock = locks.acquire(LockRequest.exclusive(RESOURCE).withTtl(TTL))
                        .interruptOnLoss()) {
            database.setAutoCommit(false);
            write(database, lock.fencingToken(), "in time");
            System.out.println(HOLDING + lock.fencingToken());
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                System.out.println(lock.isHeld() ? "interrupted, but held" : LOST + System.currentTimeMillis());
            }
            try {
                write(database, lock.fencingToken(), "too late");
                System.out.println("written too late");
            } catch (StaleFenceException stale) {
                System.out.println(REFUSED + stale.newestFence());
            }
        }
    }

    static void write(Connection database, long fence, String what) throws SQLException {
        JdbcFence.check(database, RESOURCE, fence);
        try (PreparedStatement insert = database.prepareStatement("INSERT INTO ledger (what) VALUES (?)")) {
            insert.setString(1, what);
            insert.executeUpdate();
        }
        database.commit();
    }
}
