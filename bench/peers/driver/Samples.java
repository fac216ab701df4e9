import java.util.Arrays;
import java.util.List;

/** Durations that one caller measured, in nanoseconds. Not thread-safe. */
final class Samples {
    private long[] nanos = new long[1024];
    private int count;

    void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = duration;
    }

    int count() {
        return count;
    }

    static Samples together(List<Samples> all) {
        Samples sum = new Samples();
        for (Samples one : all) {
            for (int i = 0; i < one.count; i++) {
                sum.add(one.nanos[i]);
            }
        }
        Arrays.sort(sum.nanos, 0, sum.count);
        return sum;
    }

    /** Of samples that were put together, in microseconds. 0 if there is none. */
    double percentileMicros(double share) {
        return count == 0 ? 0 : nanos[(int) Math.min(count - 1, (long) (count * share))] / 1e3;
    }

    double meanMicros() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += nanos[i];
        }
        return count == 0 ? 0 : sum / 1e3 / count;
    }

    /** p50, p99 and max as fields of a result. */
    String fields(String prefix) {
        return "%sp50_us=%.1f %sp99_us=%.1f %smax_us=%.1f".formatted(
                prefix, percentileMicros(0.5), prefix, percentileMicros(0.99), prefix, percentileMicros(1));
    }
}
