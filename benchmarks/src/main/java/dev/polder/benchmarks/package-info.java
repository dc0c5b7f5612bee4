/**
 * Measurements: JMH for the small, a cluster driver for the large, peers and baselines beside us in one run.
 *
 * <p>Nothing of this ships to users.
 */
@NullMarked
package dev.polder.benchmarks;

import org.jspecify.annotations.NullMarked;
