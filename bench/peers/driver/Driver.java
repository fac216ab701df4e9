import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plays the callers of one system. Reads one command per line, {@code work name=value …}, and answers each with one line
 * that begins with RESULT or, with the reason, FAILED. One process serves all rounds of a run, so that what is measured is
 * a warm client. Ends when its input does.
 *
 * <p>Run: {@code java -cp … Driver LOCKS_CLASS PORT,…}. Loopback only: there is no way to name another host.
 */
final class Driver {
    private final Locks locks;
    private final Held held;

    private Driver(Locks locks) {
        this.locks = locks;
        this.held = new Held(locks);
    }

    public static void main(String[] args) throws Exception {
        List<String> addresses =
                Arrays.stream(args[1].split(",")).map(port -> "127.0.0.1:" + port).toList();
        Locks locks =
                (Locks) Class.forName(args[0]).getDeclaredConstructor(List.class).newInstance(addresses);
        Driver driver = new Driver(locks);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        System.out.println("READY");
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(driver.answer(line));
        }
        locks.close();
        System.exit(0);
    }

    private String answer(String line) {
        try {
            return "RESULT " + run(line.substring(0, line.indexOf(' ')), fields(line));
        } catch (Exception e) {
            e.printStackTrace();
            return "FAILED " + line + ": " + e;
        }
    }

    private String run(String work, Map<String, String> fields) throws Exception {
        String kind = fields.get("kind");
        String name = fields.get("name");
        int callers = Integer.parseInt(fields.getOrDefault("callers", "1"));
        int count = Integer.parseInt(fields.getOrDefault("count", "0"));
        long millis = Long.parseLong(fields.getOrDefault("ms", "0"));
        return switch (work) {
            case "uncontended" -> new Uncontended(locks).run(kind, callers, millis);
            case "contended" -> new Contended(locks).run(kind, callers, millis);
            case "try" -> new TryHeld(locks).run(kind, callers, millis);
            case "hold" -> held.hold(kind, name, count);
            case "queue" -> held.queue(kind, callers, count, millis);
            case "lost" -> held.lost();
            case "regain" -> held.regain(name, millis);
            case "requests" -> "requests=" + locks.requests();
            default -> throw new IllegalArgumentException("no such work");
        };
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        for (String word : line.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                fields.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return fields;
    }
}
