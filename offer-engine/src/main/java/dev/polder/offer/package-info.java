/**
 * Resources as numbers, shares as arithmetic, offers as the result.
 *
 * <p>Here lives the allocator: who is offered what next. It is a plain synchronous object that is told the time; it
 * does no I/O, reads no clock and knows nothing of HTTP, Raft or processes.
 */
@NullMarked
package dev.polder.offer;

import org.jspecify.annotations.NullMarked;
