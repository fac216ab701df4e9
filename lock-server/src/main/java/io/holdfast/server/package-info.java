/** The lock server: its launcher, its configuration and the verticle that wires the packages below together. */
@NullMarked
package io.holdfast.server;

import org.jspecify.annotations.NullMarked;
