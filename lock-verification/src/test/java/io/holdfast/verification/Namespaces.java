package io.holdfast.verification;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A network of hosts, each a network namespace, on a bridge in the namespace of this process, which must be one of its own:
 * nothing here has a name or outlives its processes. One host can be kept from sending to another: its packets go to
 * an Ethernet address that nobody has, and are lost without a word, while the other direction works.
 */
final class Namespaces implements Cluster.Hosts, AutoCloseable {
    /** Runs a command as root of a network of its own, which anybody may be where the system allows it. */
    static final List<String> APART = List.of("unshare", "--map-root-user", "--net");

    private static final String NETWORK = "10.77.0.";
    private static final String MAC = "02:00:00:00:00:0";
    private static final String NOBODY = "02:00:00:00:00:ff";

    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    /** Each keeps a namespace alive. */
    private final Map<String, Process> keepers = new LinkedHashMap<>();

    /** Whether the system lets this user make namespaces, and has what connects them. */
    static boolean work() throws InterruptedException {
        List<String> probe = new ArrayList<>(APART);
        probe.addAll(List.of(
                "sh",
                "-c",
                "ip link add name bridge type bridge && ip link add name port1 type veth peer name eth0 && unshare --net true"
                        + " && nsenter --version"));
        try {
            Process process = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes hosts of those names. */
    static Namespaces create(List<String> ids) throws IOException, InterruptedException {
        Namespaces made = new Namespaces();
        run("ip", "link", "set", "lo", "up");
        run("ip", "link", "add", "name", "bridge", "type", "bridge");
        run("ip", "addr", "add", NETWORK + "254/24", "dev", "bridge");
        run("ip", "link", "set", "bridge", "up");
        for (String id : ids) {
            made.add(id);
        }
        for (String id : ids) {
            made.heal(id);
        }
        return made;
    }

    private void add(String id) throws IOException, InterruptedException {
        int number = numbers.size() + 1;
        Process keeper = new ProcessBuilder("unshare", "--net", "sleep", "600").start();
        numbers.put(id, number);
        keepers.put(id, keeper);
        awaitApart(keeper);
        String port = "port" + number;
        String pid = Long.toString(keeper.pid());
        run(
                "ip",
                "link",
                "add",
                "name",
                port,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "address",
                MAC + number,
                "netns",
                pid);
        run("ip", "link", "set", port, "master", "bridge", "up");
        runOn(id, "ip", "link", "set", "lo", "up");
        runOn(id, "ip", "addr", "add", address(id) + "/24", "dev", "eth0");
        runOn(id, "ip", "link", "set", "eth0", "up");
    }

    private static void awaitApart(Process keeper) throws IOException, InterruptedException {
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        Path its = Path.of("/proc/" + keeper.pid() + "/ns/net");
        for (int i = 0; i < 1_000; i++) {
            if (!Files.readSymbolicLink(its).equals(own)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        throw new IOException("no network namespace was made");
    }

    @Override
    public String address(String id) {
        return NETWORK + numbers.get(id);
    }

    @Override
    public List<String> wrapper(String id) {
        return List.of("nsenter", "--net=/proc/" + keepers.get(id).pid() + "/ns/net");
    }

    /** From now on {@code other} gets nothing from {@code id}. */
    void cut(String id, String other) throws IOException, InterruptedException {
        send(id, other, NOBODY);
    }

    /** From now on that host can talk with all others. */
    void heal(String id) throws IOException, InterruptedException {
        for (String other : numbers.keySet()) {
            if (!other.equals(id)) {
                send(id, other, MAC + numbers.get(other));
                send(other, id, MAC + numbers.get(id));
            }
        }
    }

    private void send(String id, String other, String mac) throws IOException, InterruptedException {
        runOn(id, "ip", "neigh", "replace", address(other), "lladdr", mac, "dev", "eth0", "nud", "permanent");
    }

    private void runOn(String id, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(wrapper(id));
        all.addAll(List.of(command));
        run(all.toArray(String[]::new));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IOException("failed: " + String.join(" ", command));
        }
    }

    @Override
    public void close() {
        keepers.values().forEach(Process::destroyForcibly);
    }
}
