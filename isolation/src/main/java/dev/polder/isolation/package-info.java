/**
 * How a task runs on this host: started, watched, ended, and found again after a restart.
 *
 * <p>A {@link dev.polder.isolation.TaskLauncher} starts processes under a shell shim that outlives the JVM. A
 * {@link dev.polder.isolation.Containerizer} has {@linkplain dev.polder.isolation.Isolator isolators} keep them apart.
 * None of it knows of masters, offers or the network protocol.
 */
@NullMarked
package dev.polder.isolation;

import org.jspecify.annotations.NullMarked;
