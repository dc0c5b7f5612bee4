/**
 * How a task runs on this host: started, watched, ended, and found again after a restart.
 *
 * <p>A {@link dev.polder.isolation.TaskLauncher} starts processes under a shell shim that outlives the JVM. It knows
 * nothing of masters, offers or the network protocol.
 */
@NullMarked
package dev.polder.isolation;

import org.jspecify.annotations.NullMarked;
