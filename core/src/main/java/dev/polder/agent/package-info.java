/**
 * The agent: it runs the tasks that the leading master gives it and reports what becomes of them.
 *
 * <p>{@code Agent}, {@code AgentState} and {@code StatusUpdates} are pure: told the time, doing no I/O. {@code AgentLoop} is the
 * thread that owns them. The package does not know how a master decides; the two meet in {@code dev.polder.wire}.
 */
@NullMarked
package dev.polder.agent;

import org.jspecify.annotations.NullMarked;
