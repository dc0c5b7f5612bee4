/**
 * What people run ZooKeeper for, on a replicated log: keys with revisions, transactions, leases, watches, and on them
 * lock, election, barrier, counter and sequence.
 *
 * <pre>
 *   Recipes ─► RecipeSession ──calls──► RecipeServer ─► RecipeLog ─► committed ─► RecipeState
 *   (futures)  numbers, repeats ◄─answers──┘  leases, reads, watches                (pure)
 * </pre>
 *
 * <p>{@link dev.polder.raft.recipe.RecipeHost} starts it all in one process, {@link dev.polder.raft.recipe.Recipes} is
 * what a user holds. It must never know what values mean, nor anything of masters and offers.
 */
@NullMarked
package dev.polder.raft.recipe;

import org.jspecify.annotations.NullMarked;
