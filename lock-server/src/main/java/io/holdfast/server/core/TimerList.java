package io.holdfast.server.core;

import org.jspecify.annotations.Nullable;

/** A ring of timers in the order they were added, closed by a sentinel. Every operation is O(1). */
final class TimerList {
    private final Timer sentinel = new Sentinel();

    TimerList() {
        clear();
    }

    boolean isEmpty() {
        return sentinel.next == sentinel;
    }

    void add(Timer timer) {
        link(last(), timer);
        link(timer, sentinel);
    }

    /** Takes the oldest timer out, or returns null when there is none. */
    @Nullable
    Timer poll() {
        Timer first = sentinel.next;
        if (first == null || first == sentinel) {
            return null;
        }
        unlink(first);
        return first;
    }

    /** Moves everything from the other list behind what is here. */
    void takeAll(TimerList other) {
        Timer first = other.sentinel.next;
        if (first == null || first == other.sentinel) {
            return;
        }
        Timer last = other.last();
        link(last(), first);
        link(last, sentinel);
        other.clear();
    }

    /** Takes a timer out of whatever list it is in. */
    static void unlink(Timer timer) {
        if (timer.previous != null && timer.next != null) {
            link(timer.previous, timer.next);
        }
        timer.previous = null;
        timer.next = null;
    }

    private Timer last() {
        Timer last = sentinel.previous;
        return last == null ? sentinel : last;
    }

    private void clear() {
        link(sentinel, sentinel);
    }

    private static void link(Timer left, Timer right) {
        left.next = right;
        right.previous = left;
    }

    /** Closes the ring; never due. */
    private static final class Sentinel extends Timer {
        @Override
        public TimerKind kind() {
            throw new IllegalStateException("the sentinel is no timer");
        }
    }
}
