/**
 * A whole cluster on one thread, in virtual time, out of one seed: the real masters and agents over a modelled log,
 * network, disk and operating system, with everything that can go wrong. The log keeps Raft's promises and no others: a
 * leader may be deposed and not know it, and what it proposed may be lost, or be committed by its successor.
 *
 * <p>{@code Simulation} runs one seed and checks after every step what must always hold. It uses all other packages and is
 * used by none.
 */
@NullMarked
package dev.polder.simulation;

import org.jspecify.annotations.NullMarked;
