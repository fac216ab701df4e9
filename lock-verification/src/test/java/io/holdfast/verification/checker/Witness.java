package io.holdfast.verification.checker;

/** Something in the history from which a bound follows. */
interface Witness {
    /** As a line of a proof. */
    String told();
}
