/** Members in processes of their own, killed, paused and cut off, and checks of what their clients saw. */
@NullMarked
package dev.polder.raft.chaos;

import org.jspecify.annotations.NullMarked;
