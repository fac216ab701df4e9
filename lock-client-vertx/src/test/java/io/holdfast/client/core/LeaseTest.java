package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class LeaseTest {
    @Test
    void c1_aGrantCountsFromItsSendTimeAndTrustsNineTenths() {
        Lease lease = Lease.granted(1_000, 0, 45_000, 45_000);
        assertEquals(new Lease(45_000, 1_000, 41_500), lease);
        assertTrue(lease.isLive(41_499));
        assertFalse(lease.isLive(41_500));
    }

    @Test
    void c1_theTimeAServerLetTheRequestWaitCountsForNineteenTwentieths() {
        assertEquals(new Lease(10_000, 10_500, 19_500), Lease.granted(1_000, 10_000, 10_000, 10_000));
    }

    @Test
    void c1_whatIsLeftCountsAndNotTheFullLease() {
        assertEquals(2_800, Lease.granted(1_000, 0, 45_000, 2_000).deadlineMillis());
    }

    @Test
    void c1_aHeartbeatCountsFromItsOwnSendTime() {
        Lease lease = Lease.granted(0, 0, 45_000, 45_000).renewed(15_000, 45_000);
        assertEquals(new Lease(45_000, 15_000, 55_500), lease);
    }

    @Test
    void c3_atRiskBeginsAtSixTenthsWithoutConfirmation() {
        Lease lease = Lease.granted(0, 0, 45_000, 45_000);
        assertFalse(lease.isAtRisk(26_999));
        assertTrue(lease.isAtRisk(27_000));
    }

    @Test
    void whatIsLeftIsNeverNegative() {
        Lease lease = Lease.granted(0, 0, 1_000, 1_000);
        assertEquals(1, lease.remainingMillis(899));
        assertEquals(0, lease.remainingMillis(5_000));
    }

    @Test
    void c3_aHoldPastItsDeadlineIsLostBeforeAnybodyNoticed() {
        Hold hold = new Hold(Lease.granted(0, 0, 1_000, 1_000), null, false);
        assertTrue(hold.isHeld(899));
        assertNull(hold.lossAt(899));
        assertFalse(hold.isHeld(900));
        assertEquals(LossCause.SILENCE, hold.lossAt(900));
    }

    @Test
    void aHoldThatWasGivenBackIsNeitherHeldNorLost() {
        Hold hold = new Hold(Lease.granted(0, 0, 1_000, 1_000), null, true);
        assertFalse(hold.isHeld(1));
        assertEquals(0, hold.remainingMillis(1));
        assertNull(hold.lossAt(5_000));
    }
}
