/**
 * Real processes under faults: clients record what they were told, and the checker judges it. {@code docs/campaign.md} says how
 * to run it.
 */
@NullMarked
package io.holdfast.verification.campaign;

import org.jspecify.annotations.NullMarked;
