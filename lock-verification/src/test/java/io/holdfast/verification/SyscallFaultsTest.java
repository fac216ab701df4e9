package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real jar in durable mode, killed in a certain system call between the arrival of a request and its answer, or refused
 * that call by the system. {@code -Pcrash} for more rounds, {@code -Dseed=N} for the same choices again.
 */
@Tag("faults")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class SyscallFaultsTest {
    private static final int ROUNDS = Integer.getInteger("strace.rounds", 1);
    private static final int CALLERS = 8;
    private static final int MOST_CALLS = 60;
    private static final int KILLED = 128 + 9;

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);

    /** When the server is killed: as it enters a call, which is not carried out any more. */
    private enum Moment {
        BEFORE_APPEND("write"),
        BEFORE_SYNC("fdatasync"),
        BEFORE_ANSWER("writev");

        private final String call;

        Moment(String call) {
            this.call = call;
        }
    }

    /** What the system says to a call. */
    private enum Refusal {
        SYNC_FAILS("fdatasync:error=EIO", "Input/output error"),
        DISK_IS_FULL("write:error=ENOSPC", "No space left on device");

        private final String injection;
        private final String message;

        Refusal(String injection, String message) {
            this.injection = injection;
            this.message = message;
        }
    }

    @BeforeEach
    void needsStrace() throws Exception {
        NotRun.unless(Strace.works(), "faults in system calls", "strace is not installed, or may not trace here");
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void nothingAcknowledgedIsLostWhenTheServerIsKilledBetweenAppendAndSyncAndAnswer() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        List<DurableCaller> callers = DurableCaller.several(CALLERS, "", seed);
        int checked = 0;
        String context = "at the start";
        for (int round = 0; round < ROUNDS; round++) {
            for (Moment moment : Moment.values()) {
                try (ServerProcess server = start()) {
                    checked += check(callers, server, context);
                    int call = 5 + random.nextInt(MOST_CALLS);
                    context = moment + " " + call + ", round " + round + ", -Dseed=" + seed;
                    killUnderLoad(server, callers, moment, call);
                }
            }
        }
        try (ServerProcess server = start()) {
            checked += check(callers, server, context);
            server.kill(); // and wait for it: its directory is to be deleted
        }
        System.out.println(ROUNDS + " kills each before append, sync and answer, held locks found again: " + checked);
        assertTrue(checked > 0);
    }

    private ServerProcess start() throws Exception {
        return ServerProcess.start(folder, "-Dholdfast.storage=durable");
    }

    private void killUnderLoad(ServerProcess server, List<DurableCaller> callers, Moment moment, int call)
            throws Exception {
        try (Strace strace = Strace.start(server, folder, moment.call + ":signal=KILL:when=" + call)) {
            for (Future<?> work : DurableCaller.startAll(server, callers, threads, new CountDownLatch(0))) {
                work.get(60, TimeUnit.SECONDS);
            }
            assertEquals(KILLED, server.awaitExit());
            if (moment == Moment.BEFORE_SYNC) {
                assertTrue(strace.losePower() > 0, "nothing was on its way to the disk");
            }
        }
    }

    /** Returns how many locks are held. */
    private static int check(List<DurableCaller> callers, ServerProcess server, String context) throws Exception {
        long newestFence = 0;
        int held = 0;
        for (DurableCaller caller : callers) {
            caller.check(server, context);
            newestFence = Math.max(newestFence, caller.newestFence());
            held += caller.held();
        }
        for (DurableCaller caller : callers) {
            caller.expectAbove(newestFence);
            caller.acquire(server);
        }
        return held;
    }

    /** The call takes two seconds before it fails, so that there is time to ask for something meanwhile. */
    @Test
    void aFailedWriteOrSyncEndsTheServerWithoutAnotherAnswer() throws Exception {
        DurableCaller taker = new DurableCaller(0, "", 0);
        DurableCaller holder = new DurableCaller(1, "", 0);
        List<DurableCaller> callers = List.of(taker, holder);
        for (Refusal refusal : Refusal.values()) {
            try (ServerProcess server = start()) {
                int unused = check(callers, server, refusal + " is to come");
                refuse(server, refusal, taker, holder);
            }
        }
        try (ServerProcess server = start()) {
            assertTrue(check(callers, server, "at the end") > 6);
            server.kill();
        }
    }

    private void refuse(ServerProcess server, Refusal refusal, DurableCaller taker, DurableCaller holder)
            throws Exception {
        String injection = refusal.injection + ":delay_enter=2000000:when=4+";
        try (Strace strace = Strace.start(server, folder, injection)) {
            acquireUntilNobodyAnswers(server, taker, holder);
            assertEquals(1, server.awaitExit());
            assertEquals(
                    "holdfast: cannot write the log: " + refusal.message,
                    server.errors().strip());
            assertFalse(server.output().contains("\tat "), server.output());
            long gone = strace.losePower();
            assertEquals(refusal == Refusal.SYNC_FAILS, gone > 0, gone + " bytes were not synced");
        }
    }

    /** While an acquire waits for the call that will fail, a heartbeat is not answered either. */
    private void acquireUntilNobodyAnswers(ServerProcess server, DurableCaller taker, DurableCaller holder)
            throws Exception {
        for (int i = 0; i < 10; i++) {
            Future<?> taken = threads.submit(() -> {
                taker.acquire(server);
                return true;
            });
            try {
                taken.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                boolean beaten = beaten(server, holder);
                assertEquals(answered(taken), beaten, "a heartbeat was answered while the log could not be written");
                if (!beaten) {
                    return;
                } // else the machine is slow
            }
        }
        throw new AssertionError("the log was written all the same");
    }

    private static boolean beaten(ServerProcess server, DurableCaller holder) throws InterruptedException {
        try {
            holder.beat(server);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean answered(Future<?> taken) throws InterruptedException {
        try {
            taken.get();
            return true;
        } catch (ExecutionException e) {
            assertTrue(e.getCause() instanceof IOException, e.toString());
            return false;
        }
    }
}
