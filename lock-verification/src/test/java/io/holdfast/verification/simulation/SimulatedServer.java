package io.holdfast.verification.simulation;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.MemoryLog;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import io.holdfast.server.service.EventLimits;
import io.holdfast.server.service.Events;
import io.holdfast.server.service.LockService;
import io.holdfast.server.service.ServiceLimits;
import io.holdfast.server.service.TimeSource;
import io.holdfast.verification.simulation.Tally.Happening;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The real service in a process that is paused, killed and restarted, over a disk that remembers what it should. */
final class SimulatedServer {
    static final long DEFAULT_TTL_MS = 6_000;
    private static final long TICK_MS = 100;
    private static final long WALL_START_MS = 1_750_000_000_000L;

    private final SimulatedWorld world;
    private final SimulatedNode node;
    private final SimulatedDisk disk;
    private final Plant plant;
    private final GrantCheck grantCheck;
    private final WakeUpCheck wakeUpCheck;
    private final ServiceLimits limits;
    private @Nullable SimulatedNetwork network;
    private @Nullable Running running;
    private int run;
    /** Requests that came while the process stood still. */
    private int unread;

    private long wallJumpMillis;
    private long tokensDrawn;
    private long ticks;

    /** Everything that exists only while the process does. */
    private record Running(LockTable table, Promises promises, LockService service, Desk desk) {}

    SimulatedServer(SimulatedWorld world, Plant plant) {
        this.world = world;
        this.plant = plant;
        double rate = plant == Plant.SERVER_CLOCK_FAST ? 1.2 : Simulation.clockRate(world);
        this.node = new SimulatedNode(world, "server", rate);
        this.disk = new SimulatedDisk(world);
        boolean tight = world.chance(0.1);
        this.limits = new ServiceLimits(
                DEFAULT_TTL_MS,
                tight ? 3 : 1_000,
                tight ? 2 : 100,
                tight ? 3 : 100,
                1_000,
                plant == Plant.REQUESTS_FORGOTTEN ? 0 : 500_000);
        this.grantCheck = new GrantCheck(world, node::nowMillis);
        this.wakeUpCheck = new WakeUpCheck(grantCheck);
    }

    void connect(SimulatedNetwork newNetwork) {
        network = newNetwork;
    }

    /** Starts the service from what is on the disk. */
    void start() {
        run++;
        RestartState last = disk.state();
        RestartState first = Promises.atStart(last, DEFAULT_TTL_MS, wallMillis());
        disk.writeNow(first);
        long startedAtMillis = node.nowMillis();
        Promises promises = new Promises(first, (state, done) -> disk.write(node, state, done));
        long fencing = plant == Plant.TOKENS_START_AGAIN ? 0 : first.fencingReserved() - Promises.FENCING_BLOCK;
        LockTable table = new LockTable(fencing, limits.endedRequestsKept());
        TimeSource time = new TimeSource(() -> node.nowMillis() - startedAtMillis, this::wallMillis);
        LockService service = new LockService(
                table,
                time,
                () -> new Token(run, ++tokensDrawn),
                promises,
                limits,
                Promises.mustWaitFor(last),
                new Events(new EventLimits(1, 0), fencing + 1, time, new MemoryLog(), work -> {}));
        running = new Running(table, promises, service, PlantedDesk.of(plant, service, table));
        grantCheck.started(run, table);
        wakeUpCheck.started(table);
        world.log("server starts, run " + run + ", after " + last);
        tickLater();
    }

    private long wallMillis() {
        return WALL_START_MS + world.nowMillis() + wallJumpMillis;
    }

    void jumpWallClock(long millis) {
        wallJumpMillis += millis;
        world.log("the wall clock jumps by " + millis + " ms");
    }

    private void tickLater() {
        node.after(TICK_MS, () -> {
            // What is in the sockets is mostly read before the timers, but the event loop does not promise that.
            if (unread == 0 || world.chance(0.3)) {
                tick();
            } else {
                node.after(0, this::tick);
            }
            tickLater();
        });
    }

    private void tick() {
        Running now = running;
        if (now == null) {
            return;
        }
        ticks++;
        while ((plant != Plant.TICKS_FORGOTTEN || ticks % 20 == 0) && now.service.tick()) {
            // there is more
        }
        grantCheck.ticked();
        wakeUpCheck.ticked();
    }

    boolean isUp() {
        return running != null;
    }

    int run() {
        return run;
    }

    SimulatedNode node() {
        return node;
    }

    SimulatedDisk disk() {
        return disk;
    }

    SessionCheck sessionCheck() {
        return grantCheck.sessionCheck();
    }

    GrantCheck grantCheck() {
        return grantCheck;
    }

    /** The table of the run that goes on, or null while the server is down. */
    @Nullable
    LockTable table() {
        return running == null ? null : running.table;
    }

    /** A request reached the machine; it is read when the process runs. */
    void receive(SimulatedNetwork.Connection connection) {
        int late = node.isPaused() ? 1 : 0;
        unread += late;
        whenRunning(run, () -> {
            unread -= late;
            connection.call().serve(Objects.requireNonNull(running).desk, connection);
            grantCheck.served(connection.call());
        });
    }

    /** Does something on the event loop, if that run is still there then. */
    void whenRunning(int expectedRun, Runnable work) {
        node.handle(() -> {
            if (running != null && run == expectedRun) {
                work.run();
            }
        });
    }

    void watched(ServerConnection connection) {
        grantCheck.watched(connection);
    }

    void answered(ServerConnection connection, LockAnswer answer) {
        grantCheck.answered(connection, answer);
    }

    void heardGone(ServerConnection connection, @Nullable Runnable gone) {
        if (gone != null && plant != Plant.DEAD_WAITERS_KEPT) {
            world.log(connection.call().about(), "server hears that " + connection.clientName() + " is gone");
            grantCheck.gone(connection);
            gone.run();
            grantCheck.served(connection.call());
        }
    }

    void pause(long millis) {
        if (isUp() && !node.isPaused()) {
            world.tally().count(Happening.SERVER_PAUSE);
            node.pause(millis);
        }
    }

    /** Kills the process; it comes back after a while. */
    void crash(long downMillis) {
        if (isUp()) {
            world.tally().count(Happening.CRASH);
            world.log("server crashes");
            disk.crash();
            if (plant == Plant.DISK_WIPED) {
                disk.wipe();
            }
            down(downMillis);
        }
    }

    /** Ends the process in good order; it comes back after a while. */
    void restart(long drainMillis, long downMillis) {
        Running stopping = running;
        if (stopping == null || node.isPaused()) {
            return;
        }
        world.tally().count(Happening.GRACEFUL_RESTART);
        world.log("server drains");
        stopping.service.drain();
        grantCheck.stepEnded();
        node.after(drainMillis, () -> {
            disk.writeNow(stopping.promises.atEnd(stopping.service.isClean()));
            world.log("server stops: " + disk.state());
            down(downMillis);
        });
    }

    private void down(long downMillis) {
        running = null;
        node.die();
        unread = 0;
        Objects.requireNonNull(network).serverDied();
        world.after(downMillis, this::start);
    }
}
