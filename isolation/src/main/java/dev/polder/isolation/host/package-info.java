/** What a host can do to isolate containers, and what of it a node uses. */
@NullMarked
package dev.polder.isolation.host;

import org.jspecify.annotations.NullMarked;
