package io.holdfast.verification.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Time and chance. Everything that happens is an event at a time; equal times happen in the order they were entered, and
 * every choice comes from one source of random numbers, so that a seed is a whole history.
 */
final class SimulatedWorld {
    private static final String EVERYWHERE = "";

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Line> log = new ArrayList<>();
    private final SplittableRandom random;
    private final Tally tally = new Tally();
    private long nowMillis;
    private long sequence;
    private boolean healed;

    private record Event(long atMillis, long sequence, Runnable work) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private record Line(long atMillis, String resourceNames, String text) {
        boolean isAbout(String resourceName) {
            return resourceNames.isEmpty()
                    || List.of(resourceNames.split(",", -1)).contains(resourceName);
        }

        @Override
        public String toString() {
            return String.format("%9.3f s  %s", atMillis / 1000.0, text);
        }
    }

    SimulatedWorld(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Real time: what no node can read. */
    long nowMillis() {
        return nowMillis;
    }

    Tally tally() {
        return tally;
    }

    SplittableRandom random() {
        return random;
    }

    /** A number from {@code min} to {@code max}. */
    long between(long min, long max) {
        return random.nextLong(min, max + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Whether the faults are over. */
    boolean isHealed() {
        return healed;
    }

    void heal() {
        healed = true;
        log("the faults are over");
    }

    void after(long delayMillis, Runnable work) {
        events.add(new Event(nowMillis + delayMillis, sequence++, work));
    }

    /** Lets the next event happen, if it is before {@code endMillis}. */
    boolean step(long endMillis) {
        Event next = events.peek();
        if (next == null || next.atMillis() > endMillis) {
            nowMillis = Math.max(nowMillis, endMillis);
            return false;
        }
        events.remove();
        nowMillis = next.atMillis();
        next.work().run();
        return true;
    }

    void log(String text) {
        log.add(new Line(nowMillis, EVERYWHERE, text));
    }

    /** Notes something that matters to these resources only. */
    void log(String resourceNames, String text) {
        log.add(new Line(nowMillis, resourceNames, text));
    }

    /** The whole history. */
    List<String> history() {
        return log.stream().map(Line::toString).toList();
    }

    /** The last lines that have to do with one resource. */
    List<String> history(String resourceName, int lines) {
        List<String> about = log.stream()
                .filter(line -> line.isAbout(resourceName))
                .map(Line::toString)
                .toList();
        return about.subList(Math.max(0, about.size() - lines), about.size());
    }
}
