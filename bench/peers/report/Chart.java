import java.util.List;
import java.util.Locale;

/** Bars in groups, as SVG text. */
final class Chart {
    private static final int BAR = 26;
    private static final int GROUP_GAP = 34;
    private static final int LEFT = 20;
    private static final int TOP = 70;
    private static final int HEIGHT = 240;
    private static final List<String> COLOURS =
            List.of("#1b6ca8", "#c0392b", "#e08e0b", "#3a9e5c", "#7d5ba6", "#7f8c8d", "#8d6e63", "#5d6d7e");

    private final String title;
    private final List<String> series;

    /** A group's values stand in the order of the series; NaN where there is none. */
    record Group(String label, List<Double> values) {}

    Chart(String title, List<String> series) {
        this.title = title;
        this.series = series;
    }

    String svg(List<Group> groups) {
        double max = groups.stream()
                .flatMap(group -> group.values().stream())
                .filter(value -> !value.isNaN())
                .mapToDouble(value -> value)
                .max()
                .orElse(1);
        int groupWidth = series.size() * BAR + GROUP_GAP;
        int width = Math.max(LEFT * 2 + groups.size() * groupWidth, LEFT * 2 + 150 * Math.max(4, series.size()));
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
                .formatted(width, TOP + HEIGHT + 40));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        text(svg, LEFT, 22, "start", 15, title);
        for (int i = 0; i < series.size(); i++) {
            int x = LEFT + i * 150;
            svg.append("<rect x=\"%d\" y=\"34\" width=\"12\" height=\"12\" fill=\"%s\"/>\n".formatted(x, colour(i)));
            text(svg, x + 17, 45, "start", 12, series.get(i));
        }
        for (int g = 0; g < groups.size(); g++) {
            group(svg, groups.get(g), LEFT + g * groupWidth, max);
        }
        return svg.append("</svg>\n").toString();
    }

    private void group(StringBuilder svg, Group group, int left, double max) {
        for (int i = 0; i < series.size(); i++) {
            double value = group.values().get(i);
            if (Double.isNaN(value)) {
                continue;
            }
            int height = (int) Math.max(1, Math.round(value / max * HEIGHT));
            int x = left + i * BAR;
            int y = TOP + HEIGHT - height;
            svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n"
                    .formatted(x, y, BAR - 4, height, colour(i)));
            text(svg, x + (BAR - 4) / 2, y - 4, "middle", 9, brief(value));
        }
        text(svg, left + series.size() * BAR / 2, TOP + HEIGHT + 18, "middle", 12, group.label());
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, int size, String text) {
        svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n"
                .formatted(x, y, anchor, size, text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    private static String brief(double value) {
        if (value >= 1e6) {
            return String.format(Locale.ROOT, "%.1fM", value / 1e6);
        }
        if (value >= 1e4) {
            return String.format(Locale.ROOT, "%.0fk", value / 1e3);
        }
        return String.format(Locale.ROOT, value >= 1e3 ? "%.1fk" : "%.0f", value >= 1e3 ? value / 1e3 : value);
    }
}
