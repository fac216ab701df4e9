import java.util.List;

/** How the results of one work are shown. */
record Work(
        String name,
        String title,
        String text,
        String counted,
        boolean timed,
        List<Metric> metrics,
        List<Picture> pictures) {
    /** A column: a field of the results, and whether more of it is better. Compared: with Holdfast, as a factor. */
    record Metric(String field, String title, boolean moreIsBetter, boolean compared) {}

    /** A chart of one field, for the kinds of lock named; one group of bars for each number of callers. */
    record Picture(String field, String title, List<String> kinds) {}

    private static Metric more(String field, String title) {
        return new Metric(field, title, true, true);
    }

    private static Metric less(String field, String title) {
        return new Metric(field, title, false, true);
    }

    private static Metric shown(String field, String title) {
        return new Metric(field, title, false, false);
    }

    static final List<Work> ALL = List.of(
            new Work(
                    "uncontended",
                    "Lock and unlock, each caller a resource of its own",
                    "Pairs of lock and unlock per second of all callers together, and how long one pair takes. Callers are"
                            + " threads that wait; with *async* they are chains of calls, as many under way as there are callers.",
                    "callers",
                    true,
                    List.of(more("rate", "pairs/s"), less("p50_us", "p50 µs"), less("p99_us", "p99 µs")),
                    List.of(
                            new Picture("rate", "lock + unlock, pairs per second, by callers", List.of("lock")),
                            new Picture("p99_us", "lock + unlock, p99 in µs, by callers", List.of("lock")))),
            new Work(
                    "contended",
                    "Hand-over, 32 callers on one resource",
                    "From the moment one caller begins to unlock to the moment another one has the lock. *To self*: the share"
                            + " of grants that went to the caller who had just unlocked, with others waiting; they are no"
                            + " hand-overs. *Longest ÷ mean wait* is 1 where all wait alike. *Requests* are what the server"
                            + " (for Holdfast: the client) counted per grant, *packets* what arrived at the server with data.",
                    "callers",
                    true,
                    List.of(
                            less("p50_us", "hand-over p50 µs"),
                            less("p99_us", "p99 µs"),
                            more("grants_per_s", "grants/s"),
                            shown("to_self", "to self"),
                            shown("unfairness", "longest ÷ mean wait"),
                            shown("requests_per_grant", "requests"),
                            shown("packets_per_grant", "packets")),
                    List.of(new Picture("p50_us", "hand-over, p50 in µs, 32 callers", List.of("lock", "fair")))),
            new Work(
                    "try",
                    "Try to lock what is held",
                    "Attempts per second, all refused. etcd's lock cannot try; its row is a transaction that puts a key if it"
                            + " is not there.",
                    "callers",
                    true,
                    List.of(more("rate", "tries/s"), less("p50_us", "p50 µs"), less("p99_us", "p99 µs")),
                    List.of(new Picture("rate", "try-lock on a held resource, per second, by callers", List.of("lock")))),
            new Work(
                    "wire",
                    "The bare wire: acquire of fresh names",
                    "Without any Java client: Holdfast's HTTP, etcd's JSON gateway (a transaction under a lease) and a bare"
                            + " Vert.x echo server by wrk on one thread; Redis `SET NX PX` by redis-benchmark, not pipelined."
                            + " The tools cost different amounts of processor time themselves; the echo server holds no locks.",
                    "connections",
                    true,
                    List.of(more("rate", "acquires/s"), less("p50_us", "p50 µs"), less("p99_us", "p99 µs")),
                    List.of(new Picture(
                            "rate",
                            "acquire of fresh names on the wire, per second, by connections",
                            List.of("acquire", "set-nx-px", "etcd-put-absent")))),
            new Work(
                    "renewals",
                    "Keeping locks alive for a minute",
                    "Locks that are held and nothing else, with each library's own lease and pace. *per-lock*: each is renewed by"
                            + " itself; *per-client*: one lease or session keeps all. CPU is the share of one core. Bytes are what"
                            + " the kernel counted on the server's connections.",
                    "locks",
                    false,
                    List.of(
                            less("requests", "requests"),
                            less("server_cpu", "server CPU %"),
                            less("client_cpu", "client CPU %"),
                            less("bytes_in", "bytes to the server"),
                            shown("bytes_out", "bytes from it")),
                    List.of()),
            new Work(
                    "held",
                    "Holding many locks, and their end all at once",
                    "Server memory per lock, name and client id included: live heap of Holdfast and ZooKeeper after a collection,"
                            + " Redis' `used_memory`, etcd's resident memory. Holdfast and Redis are filled over the bare wire"
                            + " (Redis: `SET NX PXAT`, 16 pipelined), etcd and ZooKeeper through their Java clients, so *acquires/s*"
                            + " shows the course over the count and is no comparison. *Stall* is the longest pair of lock and"
                            + " unlock of another caller while the leases of all of them end at one moment; where there is none,"
                            + " it was not measured.",
                    "locks",
                    false,
                    List.of(
                            less("bytes_per_lock", "bytes per lock"),
                            shown("rate", "acquires/s"),
                            less("stall_ms", "stall ms"),
                            shown("meanwhile_p99_us", "p99 µs meanwhile")),
                    List.of()),
            new Work(
                    "recovery",
                    "Killed and started again at once",
                    "From `kill -9` to the first grant of a fresh name to a client that goes on trying; of three nodes it is the"
                            + " leader that is killed, and the others have to do. *Forgotten* is 1 where a"
                            + " lock that was held over the restart, its holder alive, is granted to somebody else afterwards."
                            + " Holdfast in memory mode grants nothing until the longest lease that may be out has ended; a server"
                            + " that grants at once what it has forgotten gives one lock to two holders.",
                    "callers",
                    false,
                    List.of(less("regained_ms", "ms to the first grant"), shown("forgotten", "forgotten")),
                    List.of()),
            new Work(
                    "waiting",
                    "Callers that wait, and idle connections",
                    "Threads of one client that wait for 100 locks that are held; *idle*: connections that had one answer and ask"
                            + " nothing more. Memory of the server as above; CPU is the share of one core over ten seconds in"
                            + " which nothing happens. *Lost*: callers who failed, or got a lock whose holder lives; idle"
                            + " connections that were closed.",
                    "callers",
                    false,
                    List.of(
                            less("bytes_per_caller", "server bytes per caller"),
                            shown("connections", "connections"),
                            shown("server_cpu", "server CPU %"),
                            shown("client_cpu", "client CPU %"),
                            shown("lost", "lost")),
                    List.of()));
}
