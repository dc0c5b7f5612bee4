/**
 * Files in directories that a task may change at any moment: walked, read and written without following a link.
 * What tasks write is kept within bounds and followed; sandboxes are deleted when they have become too old.
 *
 * <p>It knows nothing of agents or clusters: all that it is told is a directory.
 */
@NullMarked
package dev.polder.isolation.files;

import org.jspecify.annotations.NullMarked;
