import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/** The result lines of one work: what each system came to in each round. */
final class Results {
    /** Those that stand beside their own kind only; anything else, such as requests on the wire, beside all. */
    private static final List<String> KINDS = List.of("lock", "fair", "async", "read", "semaphore");

    private final List<Map<String, String>> lines;

    Results(List<Map<String, String>> lines) {
        this.lines = lines;
    }

    /** One row of a table: the same in every round. */
    record Row(int callers, String kind, String system, String survives) {}

    int rounds() {
        return (int) lines.stream().map(line -> line.get("round")).distinct().count();
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** By callers, then kind; systems in the order of the first round. */
    List<Row> rows() {
        LinkedHashSet<Row> rows = new LinkedHashSet<>();
        for (Map<String, String> line : lines) {
            rows.add(new Row(
                    Integer.parseInt(line.get("callers")), line.get("kind"), line.get("system"), line.get("survives")));
        }
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparingInt(Row::callers).thenComparingInt(row -> group(row.kind())));
        return sorted;
    }

    private static int group(String kind) {
        return KINDS.indexOf(against(kind));
    }

    /** The kind of Holdfast's lock that stands beside one of that kind: its only lock is a fair one. */
    private static String against(String kind) {
        return kind.equals("fair") ? "lock" : kind;
    }

    /** The values of all rounds in which there is one. */
    List<Double> values(Row row, String field) {
        return lines.stream()
                .filter(line -> isOf(line, row) && line.containsKey(field))
                .map(line -> Double.valueOf(line.get(field)))
                .toList();
    }

    /**
     * By how much Holdfast is ahead of a row, the median of the rounds; less than 1 where it is behind. Empty where nothing
     * of Holdfast stands beside it.
     */
    OptionalDouble ahead(Row row, Work.Metric metric) {
        List<Double> factors = lines.stream()
                .filter(line -> isOf(line, row) && line.containsKey(metric.field()))
                .map(line -> factor(line, metric))
                .filter(Objects::nonNull)
                .toList();
        return factors.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(factors));
    }

    private Double factor(Map<String, String> line, Work.Metric metric) {
        Map<String, String> own = beside(line);
        if (own == null || !own.containsKey(metric.field())) {
            return null;
        }
        double peer = Double.parseDouble(line.get(metric.field()));
        double holdfast = Double.parseDouble(own.get(metric.field()));
        return metric.moreIsBetter() ? holdfast / peer : peer / holdfast;
    }

    /** What of Holdfast stands beside a peer's line: its like if that was measured, else whatever was; null without. */
    private Map<String, String> beside(Map<String, String> line) {
        Map<String, String> found = null;
        for (Map<String, String> own : lines) {
            boolean matches = own.get("system").startsWith("holdfast")
                    && own.get("round").equals(line.get("round"))
                    && own.get("callers").equals(line.get("callers"))
                    && (!KINDS.contains(line.get("kind")) || own.get("kind").equals(against(line.get("kind"))));
            if (matches && (found == null || variant(own.get("system")).equals(variant(line.get("system"))))) {
                found = own;
            }
        }
        return found;
    }

    /** Whether the row's locks survive what those of the Holdfast beside it do. */
    boolean isAlike(Row row) {
        return lines.stream()
                .filter(line -> isOf(line, row))
                .map(this::beside)
                .filter(Objects::nonNull)
                .allMatch(own -> own.get("survives").equals(row.survives()));
    }

    /** What all systems here are a variant of, as it follows their names; empty if they are of several, or plain. */
    String variant() {
        List<String> variants = lines.stream()
                .map(line -> line.get("system"))
                .filter(system -> !system.equals("echo"))
                .map(Results::variant)
                .distinct()
                .toList();
        return variants.size() == 1 ? variants.get(0) : "";
    }

    private static String variant(String system) {
        int dash = system.indexOf('-');
        return dash < 0 ? "" : system.substring(dash);
    }

    private static boolean isOf(Map<String, String> line, Row row) {
        return line.get("system").equals(row.system())
                && line.get("kind").equals(row.kind())
                && Integer.parseInt(line.get("callers")) == row.callers();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
