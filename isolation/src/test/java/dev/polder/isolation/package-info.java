/** Tests of the launcher: its files and texts alone, and with real processes (tag slow). */
@NullMarked
package dev.polder.isolation;

import org.jspecify.annotations.NullMarked;
