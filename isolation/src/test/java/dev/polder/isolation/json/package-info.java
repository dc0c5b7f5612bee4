/** Tests of JSON, read and written. */
@NullMarked
package dev.polder.isolation.json;

import org.jspecify.annotations.NullMarked;
