package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LeasedLock;
import io.holdfast.client.blocking.LeasedReadWriteLock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The {@code java.util.concurrent.locks} views of the blocking client against the real server. */
@Timeout(60)
@SuppressWarnings("LockNotBeforeTry") // what is locked here is gone with the client
final class LeasedLocksTest {
    @TempDir
    private Path dataDir;

    private LocalServer server;
    private BlockingLockClient locks;

    @BeforeEach
    void start() throws Exception {
        server = LocalServer.start(dataDir);
        locks = BlockingLockClient.create(server.options("views"));
    }

    @AfterEach
    void stop() throws Exception {
        locks.close();
        server.close();
    }

    /** Nothing but the lock guards the counter: an overlap, or a thread that does not see the last write, loses a count. */
    @Test
    void threadsOfOneProgramKeepEachOtherOut() throws Exception {
        int[] counter = new int[1];
        List<Long> fences = new ArrayList<>();
        List<FutureTask<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(onThread(() -> {
                LeasedLock lock = locks.asLock("counter");
                for (int round = 0; round < 50; round++) {
                    lock.lock();
                    try {
                        counter[0]++;
                        fences.add(lock.fencingToken());
                    } finally {
                        lock.unlock();
                    }
                }
                return null;
            }));
        }
        for (FutureTask<Void> thread : threads) {
            thread.get();
        }
        assertEquals(200, counter[0]);
        assertEquals(fences.stream().sorted().distinct().toList(), fences);
    }

    @Test
    void readersShareAndAWriterIsAlone() throws Exception {
        LeasedReadWriteLock both = locks.asReadWriteLock("r");
        both.readLock().lock();
        assertTrue(onThread(() -> both.readLock().tryLock()).get());
        assertFalse(onThread(() -> both.writeLock().tryLock()).get());
        assertFalse(onThread(() -> locks.asLock("r").tryLock(1, TimeUnit.MILLISECONDS))
                .get());
    }

    @Test
    void whoWaitsIsServedFirstComeFirstServedAndNotOvertaken() throws Exception {
        LeasedLock lock = locks.asLock("r");
        lock.lock();
        List<Integer> served = new ArrayList<>();
        List<FutureTask<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            waiters.add(onThread(() -> {
                lock.lock();
                try {
                    served.add(number);
                } finally {
                    lock.unlock();
                }
                return null;
            }));
            awaitQueue(i + 1);
        }
        lock.unlock();
        for (FutureTask<Void> waiter : waiters) {
            waiter.get();
        }
        assertEquals(List.of(0, 1, 2, 3), served);
    }

    @Test
    void c6_anInterruptedWaiterLeavesTheLine() throws Exception {
        LeasedLock lock = locks.asLock("r");
        lock.lock();
        FutureTask<Void> waiter = new FutureTask<>(() -> {
            lock.lockInterruptibly();
            return null;
        });
        Thread thread = new Thread(waiter, "waiter");
        thread.start();
        awaitQueue(1);
        thread.interrupt();
        assertInstanceOf(
                InterruptedException.class,
                assertThrows(ExecutionException.class, waiter::get).getCause());
        awaitQueue(0);
        lock.unlock();
        assertFalse(locks.isLocked("r"));
    }

    private void awaitQueue(int length) throws Exception {
        while (locks.status("r").queueLength() != length) {
            assertFalse(Thread.currentThread().isInterrupted(), "the line did not become " + length + " long");
        }
    }

    private static <T> FutureTask<T> onThread(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        new Thread(task, "locker").start();
        return task;
    }
}
