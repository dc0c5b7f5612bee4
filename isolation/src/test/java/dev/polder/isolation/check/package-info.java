/** Tests of checks: in virtual time, and with real processes. */
@NullMarked
package dev.polder.isolation.check;

import org.jspecify.annotations.NullMarked;
