/** Tests of files that a hostile user may exchange at any moment. */
@NullMarked
package dev.polder.isolation.files;

import org.jspecify.annotations.NullMarked;
