/** Tests of what containers find in their trees. */
@NullMarked
package dev.polder.isolation.volume;

import org.jspecify.annotations.NullMarked;
