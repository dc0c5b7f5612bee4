/** Tests of what a host can do to isolate containers. */
@NullMarked
package dev.polder.isolation.host;

import org.jspecify.annotations.NullMarked;
