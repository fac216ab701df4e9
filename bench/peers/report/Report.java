import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes what a run found: NAME.json with every figure, NAME.md with tables, and pictures beside them.
 *
 * <p>Run: {@code java -cp … Report NAME ABOUT RESULTS [1]}. ABOUT has lines of name=value, RESULTS lines of name=value fields.
 * With a fourth argument the rows of this run are put in the place of the same rows in the NAME.json that is there.
 */
final class Report {
    /** One run of bench/run: what it was, and its result lines. */
    record Run(Map<String, String> about, List<Map<String, String>> results) {}

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final String name;
    private final List<Run> runs;
    private final StringBuilder text = new StringBuilder();

    private Report(String name, List<Run> runs) {
        this.name = name;
        this.runs = runs;
    }

    public static void main(String[] args) throws IOException {
        Run run = new Run(about(Path.of(args[1])), results(Path.of(args[2])));
        Path json = Path.of(args[0] + ".json");
        List<Run> runs = new ArrayList<>();
        if (args.length > 3 && Files.exists(json)) {
            runs.addAll(withoutRowsOf(run, JSON.readValue(json.toFile(), new TypeReference<List<Run>>() {})));
        }
        runs.add(run);
        Files.writeString(json, JSON.writeValueAsString(runs) + "\n");
        new Report(json.getFileName().toString().replace(".json", ""), runs).write(json.toAbsolutePath().getParent());
    }

    private static Map<String, String> about(Path file) throws IOException {
        Map<String, String> about = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            about.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1).strip());
        }
        return about;
    }

    private static List<Map<String, String>> results(Path file) throws IOException {
        List<Map<String, String>> results = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String field : line.split(" ")) {
                fields.put(field.substring(0, field.indexOf('=')), field.substring(field.indexOf('=') + 1));
            }
            results.add(fields);
        }
        return results;
    }

    private static List<Run> withoutRowsOf(Run newest, List<Run> older) {
        Set<String> again = new TreeSet<>();
        newest.results().forEach(line -> again.add(rowOf(line)));
        List<Run> left = new ArrayList<>();
        for (Run run : older) {
            List<Map<String, String>> results = run.results().stream()
                    .filter(line -> !again.contains(rowOf(line)))
                    .toList();
            if (!results.isEmpty()) {
                left.add(new Run(run.about(), results));
            }
        }
        return left;
    }

    private static String rowOf(Map<String, String> line) {
        return String.join(" ", line.get("work"), line.get("system"), line.get("kind"), line.get("callers"));
    }

    private void write(Path folder) throws IOException {
        line("# Side by side, " + name);
        line("");
        line("Written by `bench/run`; how to read and repeat it is in [bench/README.md](../README.md). Every figure is the");
        line("median of the rounds, with the least and the greatest in brackets. *Holdfast ahead* is a factor: the median of the");
        line("rounds' ratios, above 1 where Holdfast is better, below 1 where it is worse. *Survives* says what a granted lock");
        line("survives: nothing, the kill of its server's process, or the loss of the machine. Where the peer's locks survive more");
        line("or less than Holdfast's, the factor is marked †: it compares different things.");
        for (Work work : Work.ALL) {
            for (Run run : runs) {
                Results results = new Results(run.results().stream()
                        .filter(line -> line.get("work").equals(work.name()))
                        .toList());
                if (!results.isEmpty()) {
                    section(work, results, run, folder);
                }
            }
        }
        runs.forEach(this::about);
        Files.writeString(folder.resolve(name + ".md"), text);
    }

    private void section(Work work, Results results, Run run, Path folder) throws IOException {
        line("");
        line("## " + work.title() + titles(results.variant()));
        line(work.text());
        line("");
        table(work, results);
        line("");
        String others = run.about().get("others");
        line("Rounds: %d%s; `%s`, %s.%s".formatted(
                results.rounds(),
                work.timed() ? " of " + run.about().get("ms") + " ms for each line" : "",
                run.about().get("command"),
                run.about().get("at"),
                others == null ? "" : " Other programs had " + others + " of the processors meanwhile."));
        for (Work.Picture picture : work.pictures()) {
            String file = name + "-" + work.name() + results.variant() + "-" + picture.field().replaceAll("_.*", "") + ".svg";
            Files.writeString(folder.resolve(file), draw(picture, results));
            line("");
            line("![%s%s](%s)".formatted(picture.title(), titles(results.variant()), file));
        }
    }

    private static String titles(String variant) {
        return switch (variant) {
            case "-synced" -> ", every grant on disk";
            case "-3" -> ", three nodes";
            default -> "";
        };
    }

    private void table(Work work, Results results) {
        List<Work.Metric> compared =
                work.metrics().stream().filter(Work.Metric::compared).toList();
        StringBuilder head = new StringBuilder("| " + work.counted() + " | lock | system | survives |");
        work.metrics().forEach(metric -> head.append(" ").append(metric.title()).append(" |"));
        compared.forEach(metric -> head.append(" Holdfast ahead: ").append(metric.title()).append(" |"));
        line(head.toString());
        line("|--:|---|---|---|" + "--:|".repeat(work.metrics().size() + compared.size()));
        for (Results.Row row : results.rows()) {
            StringBuilder cells = new StringBuilder(
                    "| %d | %s | %s | %s |".formatted(row.callers(), row.kind(), row.system(), row.survives()));
            for (Work.Metric metric : work.metrics()) {
                cells.append(" ").append(spread(results.values(row, metric.field()))).append(" |");
            }
            for (Work.Metric metric : compared) {
                cells.append(" ").append(factor(results, row, metric)).append(" |");
            }
            line(cells.toString());
        }
    }

    private static String factor(Results results, Results.Row row, Work.Metric metric) {
        OptionalDouble ahead = results.ahead(row, metric);
        if (row.system().startsWith("holdfast") || ahead.isEmpty()) {
            return "";
        }
        return number(ahead.getAsDouble()) + (results.isAlike(row) ? "" : " †");
    }

    private static String spread(List<Double> values) {
        if (values.isEmpty()) {
            return "";
        }
        double least = values.stream().mapToDouble(value -> value).min().getAsDouble();
        double greatest = values.stream().mapToDouble(value -> value).max().getAsDouble();
        return values.size() == 1
                ? number(least)
                : "%s (%s … %s)".formatted(number(Results.median(values)), number(least), number(greatest));
    }

    private static String number(double value) {
        if (value >= 100 || value == 0) {
            return String.format(Locale.ROOT, "%,.0f", value).replace(',', ' ');
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String draw(Work.Picture picture, Results results) {
        List<Results.Row> rows = results.rows().stream()
                .filter(row -> picture.kinds().contains(row.kind()))
                .toList();
        Set<String> series = new LinkedHashSet<>();
        Set<Integer> callers = new TreeSet<>();
        for (Results.Row row : rows) {
            series.add(label(row));
            callers.add(row.callers());
        }
        List<Chart.Group> groups = new ArrayList<>();
        for (int n : callers) {
            List<Double> values = new ArrayList<>();
            for (String one : series) {
                values.add(rows.stream()
                        .filter(row -> row.callers() == n && label(row).equals(one))
                        .mapToDouble(row -> Results.median(results.values(row, picture.field())))
                        .findFirst()
                        .orElse(Double.NaN));
            }
            groups.add(new Chart.Group(Integer.toString(n), values));
        }
        return new Chart(picture.title(), List.copyOf(series)).svg(groups);
    }

    private static String label(Results.Row row) {
        return row.kind().equals("fair") ? row.system() + " (fair)" : row.system();
    }

    private void about(Run run) {
        line("");
        line("## About the run of " + run.about().get("at"));
        line("| what | |");
        line("|---|---|");
        for (Map.Entry<String, String> entry : run.about().entrySet()) {
            String key = entry.getKey();
            String shown = key.startsWith("start.") || key.equals("command") ? "`" + entry.getValue() + "`" : entry.getValue();
            line("| %s | %s |".formatted(
                    key.replace("version.", "version of ").replace("start.", "started: ").replace("load", "load average before").replace("others", "processor time of other programs"),
                    shown.replace("|", "\\|")));
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
