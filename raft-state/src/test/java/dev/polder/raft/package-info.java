/** Tests of the log, on real and on lossy disks. */
@NullMarked
package dev.polder.raft;

import org.jspecify.annotations.NullMarked;
