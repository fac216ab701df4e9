package io.holdfast.verification.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A wall clock that can be set for one process, by {@code libfaketime}. The monotonic clock is never touched. */
final class FakeTime {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));

    /** The real clock. */
    static final FakeTime NONE = new FakeTime(null);

    private final @Nullable Path setting;

    private FakeTime(@Nullable Path setting) {
        this.setting = setting;
    }

    static boolean isInstalled() {
        return LIBRARIES.stream().anyMatch(Files::exists);
    }

    /** A clock that is right until it is {@link #set}. */
    static FakeTime in(Path folder, String name) throws IOException {
        FakeTime time = new FakeTime(folder.resolve(name + ".time"));
        time.set(0);
        return time;
    }

    boolean canBeSet() {
        return setting != null;
    }

    /** Shows so many seconds more than the real time from now on. */
    void set(double seconds) throws IOException {
        Files.writeString(Objects.requireNonNull(setting), (seconds < 0 ? "" : "+") + seconds + "\n");
    }

    void apply(ProcessBuilder builder) {
        if (setting != null) {
            Path library = LIBRARIES.stream().filter(Files::exists).findFirst().orElseThrow();
            builder.environment().put("LD_PRELOAD", library.toString());
            builder.environment()
                    .put("FAKETIME_TIMESTAMP_FILE", setting.toAbsolutePath().toString());
            builder.environment().put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            builder.environment().put("DONT_FAKE_MONOTONIC", "1");
            // Else waits on the monotonic clock end at once, and the virtual machine spins.
            builder.environment().put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
            builder.environment().put("FAKETIME_CACHE_DURATION", "1");
        }
    }
}
