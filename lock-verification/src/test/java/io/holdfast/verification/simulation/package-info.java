/**
 * The real service and the real client's reckoning of leases in a world of simulated machines, clocks and connections.
 */
package io.holdfast.verification.simulation;
