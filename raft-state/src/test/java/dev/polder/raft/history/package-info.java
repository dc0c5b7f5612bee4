/** Tests of histories; those of Chronicle Map in JVMs of their own, which have the flags. */
@NullMarked
package dev.polder.raft.history;

import org.jspecify.annotations.NullMarked;
