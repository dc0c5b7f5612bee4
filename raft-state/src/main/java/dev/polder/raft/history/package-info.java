/**
 * Bounded histories of bytes under numbers, off the heap where the host's JVM allows it. They hold only what their owner
 * can put again, and know nothing of what the bytes mean.
 */
@NullMarked
package dev.polder.raft.history;

import org.jspecify.annotations.NullMarked;
