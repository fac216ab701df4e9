package io.holdfast.server.core;

import java.util.function.Consumer;

/**
 * What ends when. Deadlines stand in a wheel of {@value #SLOTS} slots of {@value #SLOT_MILLIS} ms: arming, extending and
 * cancelling are O(1), and a tick looks only at slots whose time has come. Extending just moves the deadline; the timer
 * stays in its old slot and is put into the right one when that slot comes up, once per lease however often it is
 * renewed. A deadline beyond the wheel's 65 s waits in the furthest slot and is put on from there.
 *
 * <p>A lease server must not take its own standing still for the death of its clients (lease rule S8):
 * <ul>
 *   <li>A timer is due only when its deadline was found passed at two ticks at least {@value #CONFIRM_MILLIS} ms apart;
 *       the requests that were waiting in the sockets are served in between.
 *   <li>A gap of more than {@value #STALL_MILLIS} ms between ticks is a stall. Time here stands still for its length,
 *       so that every running lease gets it back, and nothing ends for {@value #STALL_MILLIS} ms after it.
 * </ul>
 *
 * <p>Times are monotonic milliseconds that never decrease, given by the caller. Confined to the event loop.
 */
public final class Timers {
    static final long SLOT_MILLIS = 64;
    static final int SLOTS = 1024;
    static final long CONFIRM_MILLIS = 50;
    static final long STALL_MILLIS = 1_000;

    private final TimerList[] wheel = new TimerList[SLOTS];
    /** Deadline found passed once, at {@link #suspectedAtMillis}. */
    private final TimerList suspects = new TimerList();
    /** Deadline found passed, and enough time gone by since. */
    private final TimerList confirmed = new TimerList();

    private long suspectedAtMillis;
    /** All slots before this one have been emptied. */
    private long currentSlot;

    private long lastTickMillis;
    private long quietUntilMillis;
    private long stalledMillis;

    /** Creates timers with nothing armed. */
    public Timers(long nowMillis) {
        for (int i = 0; i < SLOTS; i++) {
            wheel[i] = new TimerList();
        }
        lastTickMillis = nowMillis;
        quietUntilMillis = nowMillis;
        currentSlot = nowMillis / SLOT_MILLIS;
    }

    /** Makes a timer that is not armed end after {@code delayMillis}. */
    public void arm(Timer timer, long nowMillis, long delayMillis) {
        timer.deadlineMillis = ownTime(nowMillis) + delayMillis;
        place(timer);
    }

    /** Makes an armed timer end {@code delayMillis} from now instead, which is not before it would have. */
    public void extend(Timer timer, long nowMillis, long delayMillis) {
        timer.deadlineMillis = Math.max(timer.deadlineMillis, ownTime(nowMillis) + delayMillis);
    }

    /** Makes sure that the timer never ends. */
    public void cancel(Timer timer) {
        TimerList.unlink(timer);
    }

    /** How long until the deadline; 0 when it has passed. */
    public long remainingMillis(Timer timer, long nowMillis) {
        return Math.max(0, timer.deadlineMillis - ownTime(nowMillis));
    }

    /**
     * Hands over what is due. Looks at no more than twice {@code budget} timers; to be called every 100 ms or so.
     *
     * @return whether the budget ran out, so that another call should follow soon
     */
    public boolean tick(long nowMillis, int budget, Consumer<Timer> due) {
        noticeStall(nowMillis);
        if (nowMillis < quietUntilMillis) {
            return false;
        }
        if (nowMillis - suspectedAtMillis >= CONFIRM_MILLIS) {
            confirmed.takeAll(suspects);
        }
        boolean moreToEnd = endConfirmed(nowMillis, budget, due);
        boolean moreToCollect = collectSuspects(nowMillis, budget);
        return moreToEnd || moreToCollect;
    }

    private void noticeStall(long nowMillis) {
        long gapMillis = nowMillis - lastTickMillis;
        if (gapMillis > STALL_MILLIS) {
            stalledMillis += gapMillis;
            quietUntilMillis = nowMillis + STALL_MILLIS;
        }
        lastTickMillis = nowMillis;
    }

    private boolean endConfirmed(long nowMillis, int budget, Consumer<Timer> due) {
        long now = ownTime(nowMillis);
        for (int left = budget; left > 0; left--) {
            Timer timer = confirmed.poll();
            if (timer == null) {
                return false;
            }
            if (timer.deadlineMillis <= now) {
                due.accept(timer);
            } else {
                place(timer); // extended since it was suspected
            }
        }
        return true;
    }

    private boolean collectSuspects(long nowMillis, int budget) {
        long now = ownTime(nowMillis);
        int left = budget;
        while (left > 0 && currentSlot < now / SLOT_MILLIS) {
            Timer timer = wheel[slotIndex(currentSlot)].poll();
            if (timer == null) {
                currentSlot++;
            } else if (timer.deadlineMillis <= now) {
                suspects.add(timer);
                suspectedAtMillis = nowMillis; // the youngest speaks for all: no list is confirmed too early
                left--;
            } else {
                place(timer);
                left--;
            }
        }
        return left == 0;
    }

    private void place(Timer timer) {
        long furthest = currentSlot + SLOTS - 1;
        long slot = Math.min(furthest, Math.max(currentSlot, timer.deadlineMillis / SLOT_MILLIS));
        wheel[slotIndex(slot)].add(timer);
    }

    private static int slotIndex(long slot) {
        return (int) (slot & (SLOTS - 1));
    }

    /**
     * The time by which deadlines are kept: it stood still whenever the server did, also in a stall that no tick has
     * noticed yet.
     */
    private long ownTime(long nowMillis) {
        boolean stalled = nowMillis - lastTickMillis > STALL_MILLIS;
        return (stalled ? lastTickMillis : nowMillis) - stalledMillis;
    }
}
