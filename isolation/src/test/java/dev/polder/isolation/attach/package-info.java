/** Tests of commands inside containers, with real processes. */
@NullMarked
package dev.polder.isolation.attach;

import org.jspecify.annotations.NullMarked;
