package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.HistoryEvent;
import io.holdfast.verification.checker.MergedHistory;
import io.holdfast.verification.checker.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page about a run that went wrong: what was violated, and a picture of the resources it was about. */
final class TimelinePage {
    private static final int PIXELS_PER_SECOND = 120;
    private static final int ROW = 16;
    private static final int MARGIN = 90;
    private static final int RESOURCES_MAX = 12;

    private final StringBuilder svg = new StringBuilder();
    private int top = 20;

    private TimelinePage() {}

    /** Writes {@code timeline.html} and {@code report.txt} beside the histories of the run. */
    static void write(Result result) throws IOException {
        Path folder = result.folder();
        Files.writeString(folder.resolve("report.txt"), result.plan().describe() + "\n" + result.report());
        Set<String> resources = result.report().violations().stream()
                .map(Violation::subject)
                .distinct()
                .limit(RESOURCES_MAX)
                .collect(Collectors.toCollection(TreeSet::new));
        Timeline timeline = read(folder, resources);
        Files.writeString(folder.resolve("timeline.html"), new TimelinePage().page(result, resources, timeline));
    }

    private static Timeline read(Path folder, Set<String> resources) throws IOException {
        Timeline timeline = new Timeline(resources);
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> histories = files.filter(file -> file.toString().endsWith(".history"))
                    .sorted()
                    .toList();
            try (MergedHistory history = MergedHistory.of(histories)) {
                for (HistoryEvent event = history.next(); event != null; event = history.next()) {
                    event.deliverTo(timeline);
                }
            }
        }
        return timeline;
    }

    private String page(Result result, Set<String> resources, Timeline timeline) {
        List<Timeline.Bar> bars = new ArrayList<>(timeline.bars());
        bars.sort(Comparator.comparingLong(Timeline.Bar::fromMicros));
        lane("faults", bars, Timeline.Kind.FAULT, "", "#f4b183");
        lane("servers", bars, Timeline.Kind.OUTAGE, "", "#999999");
        for (String resource : resources) {
            lane(resource + " held", bars, Timeline.Kind.HOLD, resource, "#9dc3e6");
            lane(resource + " believed", bars, Timeline.Kind.BELIEF, resource, "#a9d18e");
        }
        int width = MARGIN + x(timeline.lastMicros()) + 20;
        StringBuilder seconds = new StringBuilder();
        for (long second = 0; second * 1_000_000 <= timeline.lastMicros(); second++) {
            int at = MARGIN + x(second * 1_000_000);
            seconds.append("<line x1='%d' x2='%d' y1='14' y2='%d' stroke='#ddd'/><text x='%d' y='11'>%d s</text>\n"
                    .formatted(at, at, top, at, second));
        }
        String picture = "<svg xmlns='http://www.w3.org/2000/svg' width='" + width + "' height='" + (top + 10)
                + "' font-family='sans-serif' font-size='10'>\n" + seconds + svg + "</svg>";
        return "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>Run "
                + result.plan().number()
                + "</title>\n<h1>Run " + result.plan().number() + "</h1>\n<p>"
                + escaped(result.plan().describe())
                + "</p>\n<p>Bars of holds begin with the answer that told of them and end with the last that was heard; point at a"
                + " bar for its name.</p>\n<div style='overflow-x:auto'>\n"
                + picture + "\n</div>\n<pre>" + escaped(result.report().toString()) + "</pre>\n</html>\n";
    }

    /** Bars that overlap go below each other. */
    private void lane(String name, List<Timeline.Bar> bars, Timeline.Kind kind, String lane, String colour) {
        List<Long> rowEnds = new ArrayList<>();
        svg.append("<text x='2' y='%d'>%s</text>\n".formatted(top + 11, escaped(name)));
        for (Timeline.Bar bar : bars) {
            if (bar.kind() == kind && bar.lane().equals(lane)) {
                int row = 0;
                while (row < rowEnds.size() && rowEnds.get(row) > bar.fromMicros()) {
                    row++;
                }
                if (row == rowEnds.size()) {
                    rowEnds.add(0L);
                }
                rowEnds.set(row, bar.toMicros());
                draw(bar, top + row * ROW, colour);
            }
        }
        top += ROW * Math.max(1, rowEnds.size()) + 4;
    }

    private void draw(Timeline.Bar bar, int y, String colour) {
        int from = MARGIN + x(bar.fromMicros());
        int width = Math.max(1, x(bar.toMicros()) - x(bar.fromMicros()));
        svg.append("<rect x='%d' y='%d' width='%d' height='%d' fill='%s' stroke='#555' stroke-width='0.3'>"
                .formatted(from, y, width, ROW - 2, colour));
        svg.append("<title>%s, %.3f to %.3f s</title></rect>\n"
                .formatted(escaped(bar.text()), bar.fromMicros() / 1e6, bar.toMicros() / 1e6));
    }

    private static int x(long micros) {
        return (int) (micros * PIXELS_PER_SECOND / 1_000_000);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
