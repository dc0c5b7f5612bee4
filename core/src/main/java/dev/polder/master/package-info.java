/**
 * The master: it decides what happens in the cluster and remembers it.
 *
 * <p>{@code Master} and {@code MasterState} are pure: told the time, doing no I/O. {@code MasterLoop} is the thread that owns them.
 */
@NullMarked
package dev.polder.master;

import org.jspecify.annotations.NullMarked;
