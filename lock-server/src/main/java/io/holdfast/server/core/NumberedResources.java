package io.holdfast.server.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Resources by number. Numbers are given out one after the other, so that what is created together lies together: to the
 * collector, which has to look at whatever an old array was given, a thousand new resources in one place are little work, and
 * in a thousand places a lot. Confined to the event loop.
 */
final class NumberedResources {
    private static final int PAGE = 1024;

    /** Null where a number is free. */
    private final List<@Nullable Resource[]> pages = new ArrayList<>();
    /** Numbers that are free again, those freed last at the end. */
    private int[] free = new int[16];

    private int freeCount;
    /** Numbers given out so far, free again or not. */
    private int used;

    Resource get(int number) {
        return Objects.requireNonNull(pages.get(number / PAGE)[number % PAGE]);
    }

    /** Keeps a resource, and returns its number. */
    int add(Resource resource) {
        int number = freeCount > 0 ? free[--freeCount] : used++;
        if (number == pages.size() * PAGE) {
            pages.add(new Resource[PAGE]);
        }
        pages.get(number / PAGE)[number % PAGE] = resource;
        return number;
    }

    void remove(int number) {
        pages.get(number / PAGE)[number % PAGE] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = number;
    }
}
