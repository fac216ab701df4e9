package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.Checker;
import io.holdfast.verification.checker.MergedHistory;
import io.holdfast.verification.checker.Report;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One run: a service, its clients, its faults, and the judgement of what the clients were told. */
final class Run {
    private static final int FAULT_SECONDS = 150;
    private static final int BEGIN_SECONDS = 20;
    private static final int BEGUN_BYTES = 2_000;

    private final Vertx vertx;
    private final StoreServer stores;
    private final Plan plan;
    private final Path folder;
    private final List<String> program;
    private final String clientClasses;
    private final @Nullable Network network;
    private final Random random;
    private final long originNanos = System.nanoTime();
    private final List<Path> histories = new ArrayList<>();

    /**
     * What runs share.
     *
     * @param program what the servers run
     * @param clientClasses the class path of client processes
     * @param network null where nodes cannot have hosts of their own
     */
    record Ground(
            Vertx vertx,
            StoreServer stores,
            List<String> program,
            String clientClasses,
            @Nullable Network network) {}

    Run(Ground ground, Plan plan, Path folder) {
        this.vertx = ground.vertx();
        this.stores = ground.stores();
        this.program = ground.program();
        this.clientClasses = ground.clientClasses();
        this.network = ground.network();
        this.plan = plan;
        this.folder = folder;
        this.random = new Random(plan.seed());
    }

    /** Plays and checks it. What it recorded is in the folder. */
    Result play() throws Exception {
        Files.createDirectories(folder);
        Path history = history("campaign");
        try (Recorder recorder = new Recorder(history, "campaign", originNanos);
                Disk disk = plan.has(FaultKind.FULL_DISK) ? Disk.mount(folder.resolve("disk")) : Disk.none();
                Service service = new Service(plan.mode(), folder, setting(disk), random)) {
            service.start();
            Watch watch = Watch.start(service, plan.pace().journal() ? recorder : null);
            try (watch) {
                play(service, disk, recorder);
            }
            recorder.close();
            return new Result(plan, check(), watch.expiries(), watch.failOvers(), folder);
        }
    }

    private void play(Service service, Disk disk, Recorder recorder) throws Exception {
        List<Proxy> proxies = new ArrayList<>();
        List<Proxy> childProxies = new ArrayList<>();
        List<ClientProcess> children = new ArrayList<>();
        FakeTime clientClock = clock(FaultKind.CLIENT_CLOCK, "clients");
        try {
            for (Node node : service.nodes()) {
                proxies.add(Proxy.start(vertx, node.http(), recorder, random.nextLong()));
            }
            List<URI> ownEndpoints = endpoints(proxies);
            for (Node node : service.nodes()) {
                childProxies.add(Proxy.start(vertx, node.http(), recorder, random.nextLong()));
            }
            proxies.addAll(childProxies);
            ProtectedStore store = recorder.store(plan.isFenced());
            stores.serve(store);
            Clients own = new Clients(
                    vertx,
                    "main",
                    new Clients.Crew(12, 6, plan.workload()),
                    ownEndpoints,
                    recorder,
                    store,
                    random.nextLong());
            own.start();
            for (int i = 1; i <= plan.pace().children(); i++) {
                children.add(child("child" + i, endpoints(childProxies), clientClock));
            }
            awaitChildren(children);
            Network cables = plan.mode() == Mode.REPLICATED ? network : null;
            Stage stage = new Stage(
                    service, children, proxies, childProxies, cables, clientClock, disk, recorder, new AtomicLong());
            strike(stage);
            heal(stage);
            TimeUnit.MILLISECONDS.sleep(plan.pace().drainMillis());
            awaitTraffic(recorder);
            own.end();
            for (ClientProcess child : children) {
                child.end();
            }
        } finally {
            children.forEach(ClientProcess::close);
            for (Proxy proxy : proxies) {
                proxy.close();
            }
        }
    }

    /** On a busy machine it takes a while for a process to come to anything. */
    private void awaitChildren(List<ClientProcess> children) throws InterruptedException, IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BEGIN_SECONDS);
        for (Path history : histories) {
            while (System.nanoTime() < deadline && (!Files.exists(history) || Files.size(history) < BEGUN_BYTES)) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        if (children.stream().anyMatch(child -> !child.process().isAlive())) {
            throw new IOException("a client process ended at once; its output is in " + folder);
        }
    }

    /** A slow machine is given more time, so that the run says something. */
    private void awaitTraffic(Recorder recorder) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(plan.pace().moreSeconds());
        while (System.nanoTime() < deadline
                && recorder.answers() < plan.pace().options().operationsMin()) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void strike(Stage stage) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> faults = new ArrayList<>();
        for (Plan.Strike strike : plan.strikes()) {
            FaultInjection fault = new FaultInjection(
                    strike.kind(), strike.afterMillis(), strike.lastsMillis(), stage, random.nextLong());
            Thread thread = new Thread(fault, strike.kind().word());
            thread.setUncaughtExceptionHandler((t, thrown) -> failure.compareAndSet(null, thrown));
            thread.setDaemon(true);
            faults.add(thread);
        }
        faults.forEach(Thread::start);
        for (Thread fault : faults) {
            fault.join(TimeUnit.SECONDS.toMillis(FAULT_SECONDS));
            if (fault.isAlive()) {
                throw new IllegalStateException("the fault " + fault.getName() + " does not end");
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
    }

    /** Whatever the faults have left, every server serves again. */
    private static void heal(Stage stage) throws InterruptedException, IOException {
        stage.proxies().forEach(Proxy::heal);
        for (Node node : stage.service().nodes()) {
            boolean wasDown = !node.isAlive();
            if (wasDown) {
                stage.recorder().down(node.id(), stage.service().mode().forgets());
                stage.service().revive(node, stage.recorder());
            }
            if (!node.awaitReady()) {
                throw new IOException("server " + node.id() + " does not serve again after its faults");
            }
        }
    }

    private ClientProcess child(String name, List<URI> endpoints, FakeTime clock) throws IOException {
        return ClientProcess.start(
                folder,
                clientClasses,
                name,
                history(name),
                originNanos,
                random.nextLong(),
                new Clients.Crew(8, 2, plan.workload()),
                stores.port(),
                endpoints,
                clock);
    }

    private Path history(String process) {
        Path file = folder.resolve(process + ".history");
        histories.add(file);
        return file;
    }

    private Service.Setting setting(Disk disk) throws IOException {
        List<Network.Host> hosts = network != null && plan.mode() == Mode.REPLICATED
                ? network.hosts()
                : Collections.nCopies(plan.mode().nodes(), Network.Host.local());
        List<FakeTime> clocks = new ArrayList<>();
        List<Path> dataDirs = new ArrayList<>();
        for (int i = 1; i <= plan.mode().nodes(); i++) {
            FaultKind kind = plan.has(FaultKind.CLOCK_STEPS) ? FaultKind.CLOCK_STEPS : FaultKind.SERVER_CLOCK;
            clocks.add(clock(kind, "n" + i));
            Path data = folder.resolve("n" + i).resolve("data");
            dataDirs.add(i == 1 && disk.isThere() ? folder.resolve("disk").resolve("data") : data);
        }
        return new Service.Setting(program, hosts, clocks, dataDirs);
    }

    private FakeTime clock(FaultKind kind, String name) throws IOException {
        return plan.has(kind) && FakeTime.isInstalled() ? FakeTime.in(folder, name) : FakeTime.NONE;
    }

    private static List<URI> endpoints(List<Proxy> proxies) {
        return proxies.stream().map(Proxy::endpoint).toList();
    }

    private Report check() throws IOException {
        List<Path> written = histories.stream().filter(Files::exists).toList();
        try (MergedHistory history = MergedHistory.of(written)) {
            return Checker.check(history, plan.pace().options());
        }
    }
}
