/**
 * What an agent has, an offer promises and a task uses: exact amounts, each with the identity that tells it from others
 * of the same name (for whom it is reserved, on which disk it lies, whether it can be taken away again).
 *
 * <p>Plain arithmetic on immutable values. Nothing here knows of agents, frameworks, offers or time; the same package
 * serves the allocator, the codecs and whoever checks a call.
 */
@NullMarked
package dev.polder.offer.resource;

import org.jspecify.annotations.NullMarked;
