/** Tests of the recipes: the pure state, sessions in virtual time, and all of it on real logs. */
@NullMarked
package dev.polder.raft.recipe;

import org.jspecify.annotations.NullMarked;
