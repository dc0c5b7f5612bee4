/** Tests of graphics processors, none of which are real. */
@NullMarked
package dev.polder.isolation.gpu;

import org.jspecify.annotations.NullMarked;
