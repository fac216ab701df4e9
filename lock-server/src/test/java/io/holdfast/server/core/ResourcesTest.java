package io.holdfast.server.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ResourcesTest {
    private static final int STEPS = 200_000;
    private static final int NAMES = 3_000;

    private final Resources resources = new Resources();

    /** Names of one shard, every third with the same hash code as others. */
    @Test
    void itHasWhatWasCreatedAndNotRemoved() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        String[] names = names();
        Map<String, Resource> expected = new HashMap<>();
        for (int i = 0; i < STEPS; i++) {
            // It grows in one half of the time, and shrinks in the other.
            boolean create = random.nextInt(10) < (i / (STEPS / 4) % 2 == 0 ? 7 : 3);
            String name = names[random.nextInt(NAMES)];
            assertSame(expected.get(name), resources.find(name), name + ", -Dseed=" + seed);
            if (create) {
                Resource resource = resources.findOrCreate(name);
                assertEquals(name, resource.name());
                Resource before = expected.put(name, resource);
                assertSame(before == null ? resource : before, resource, name + ", -Dseed=" + seed);
            } else {
                resources.removeIfIdle(name);
                expected.remove(name);
            }
        }
        for (String name : names) {
            assertSame(expected.get(name), resources.find(name), name + ", -Dseed=" + seed);
        }
        assertEquals(new HashSet<>(expected.values()), all(), "-Dseed=" + seed);
    }

    @Test
    void whatIsInUseIsNotRemoved() {
        Resource resource = resources.findOrCreate("a");
        resource.delay(1, new Delay(EndReason.EXPIRED, 1_000));
        resources.removeIfIdle("a");
        assertSame(resource, resources.find("a"));
        resource.endDelay(1);
        resources.removeIfIdle("a");
        assertNull(resources.find("a"));
    }

    /** A table that looked at one after the other would need minutes. */
    @Test
    void aHundredThousandNamesWithOneHashCodeAreFoundAtOnce() {
        for (int i = 0; i < 100_000; i++) {
            resources.findOrCreate(colliding(i));
        }
        for (int i = 0; i < 100_000; i++) {
            assertNotNull(resources.find(colliding(i)));
        }
    }

    private static String[] names() {
        String[] names = new String[NAMES];
        for (int i = 0; i < NAMES; i++) {
            names[i] = i % 3 == 0 ? colliding(i / 3) : inTheFirstShard(i);
        }
        return names;
    }

    /** "Aa" and "BB" have the same hash code. */
    private static String colliding(int number) {
        return IntStream.range(0, 17)
                .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB")
                .collect(Collectors.joining());
    }

    private static String inTheFirstShard(int number) {
        String name;
        int attempt = 0;
        do {
            name = number + "/" + attempt++;
        } while (Resources.shardOf(name) != 0);
        return name;
    }

    private Set<Resource> all() {
        return IntStream.range(0, Resources.SHARDS)
                .mapToObj(resources::shard)
                .flatMap(shard -> shard.stream())
                .collect(Collectors.toSet());
    }
}
