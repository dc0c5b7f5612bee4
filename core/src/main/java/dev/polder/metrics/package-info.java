/**
 * Counters and gauges under the names that Mesos gave them, so that the dashboards people have go on working.
 *
 * <p>Whoever counts something owns its counter; a snapshot is read by any thread. Nothing here knows of masters,
 * agents or HTTP: they put their numbers in.
 */
@NullMarked
package dev.polder.metrics;

import org.jspecify.annotations.NullMarked;
