package io.holdfast.verification.campaign;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hosts of their own for the nodes of a cluster, in network namespaces on one bridge, which only root can make. What one node
 * sends to another can be lost, in one direction or both: it is sent to a hardware address that nobody has, and nobody is told.
 */
final class Network implements AutoCloseable {
    private static final String NOBODY = "02:00:00:00:00:99";

    private final String prefix;
    private final int subnet;
    private final List<Host> hosts = new ArrayList<>();
    private final Thread undo = new Thread(this::remove);

    /**
     * Where a node runs.
     *
     * @param prefix what a command has to begin with to run there
     */
    record Host(String name, String address, List<String> prefix) {
        /** This process's own. */
        static Host local() {
            return new Host("", "127.0.0.1", List.of());
        }
    }

    private Network(String prefix, int subnet) {
        this.prefix = prefix;
        this.subnet = subnet;
    }

    /** Makes so many hosts; null where that is not possible. */
    static @Nullable Network create(int size) throws InterruptedException {
        long pid = ProcessHandle.current().pid();
        Network network = new Network("hf" + pid % 100_000, (int) (pid % 200) + 20);
        Runtime.getRuntime().addShutdownHook(network.undo);
        if (!network.build(size)) {
            network.close();
            return null;
        }
        return network;
    }

    private boolean build(int size) throws InterruptedException {
        String bridge = prefix + "b";
        boolean done = Processes.run("ip", "link", "add", bridge, "type", "bridge")
                && Processes.run("ip", "addr", "add", address(254) + "/24", "dev", bridge)
                && Processes.run("ip", "link", "set", bridge, "up");
        for (int i = 1; done && i <= size; i++) {
            String name = prefix + "n" + i;
            String cable = prefix + "v" + i;
            done = Processes.run("ip", "netns", "add", name)
                    && Processes.run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
                    && Processes.run("ip", "link", "set", cable, "master", bridge, "up")
                    && inside(name, "ip", "addr", "add", address(i) + "/24", "dev", "eth0")
                    && inside(name, "ip", "link", "set", "eth0", "up")
                    && inside(name, "ip", "link", "set", "lo", "up");
            hosts.add(new Host(name, address(i), List.of("ip", "netns", "exec", name)));
        }
        return done;
    }

    private String address(int host) {
        return "10.77." + subnet + "." + host;
    }

    List<Host> hosts() {
        return hosts;
    }

    /** From now on nothing of what the one sends reaches the other; says whether that could be done. */
    boolean cut(int from, int to) throws InterruptedException {
        return inside(
                hosts.get(from).name(),
                "ip",
                "neigh",
                "replace",
                hosts.get(to).address(),
                "lladdr",
                NOBODY,
                "nud",
                "permanent",
                "dev",
                "eth0");
    }

    void heal(int from, int to) throws InterruptedException {
        boolean unused = inside(
                hosts.get(from).name(), "ip", "neigh", "del", hosts.get(to).address(), "dev", "eth0");
    }

    private static boolean inside(String host, String... command) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", host));
        all.addAll(List.of(command));
        return Processes.run(all.toArray(String[]::new));
    }

    @Override
    public void close() {
        remove();
    }

    private void remove() {
        try {
            for (Host host : hosts) {
                boolean unused = Processes.run("ip", "netns", "del", host.name());
            }
            boolean unused = Processes.run("ip", "link", "del", prefix + "b");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
