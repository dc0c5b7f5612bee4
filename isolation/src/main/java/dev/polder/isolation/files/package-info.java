/**
 * Files in directories that a task may change at any moment: walked, read and written without following a link.
 *
 * <p>It knows nothing of tasks, agents or clusters: all that it is told is a directory.
 */
@NullMarked
package dev.polder.isolation.files;

import org.jspecify.annotations.NullMarked;
