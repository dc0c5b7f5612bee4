/**
 * One handler for each API: the schedulers', the agents' link, and the classic endpoints that tools read.
 *
 * <p>Here requests become commands for the master and its views become JSON. Nothing is decided here but what can be said
 * of a request without knowing the cluster: its form, its content type, whether a master that leads is behind this port.
 */
@NullMarked
package dev.polder.api;

import org.jspecify.annotations.NullMarked;
