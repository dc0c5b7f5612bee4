/**
 * JSON that others wrote, read with care, and JSON for others, written. For the packages of this module; it knows
 * nothing of what the documents mean.
 */
@NullMarked
package dev.polder.isolation.json;

import org.jspecify.annotations.NullMarked;
