/**
 * Commands inside running containers: as the task's user, in its namespaces, control groups, directory and environment, with
 * streams or with a terminal. What they have started ends with them.
 *
 * <p>Programs of this host do it: {@code nsenter} and {@code setpriv} of util-linux, {@code script} of bsdutils for
 * terminals. In the container {@code /bin/sh} must be there. Nothing that a user wrote is executed, or loaded, before the
 * process is the user's.
 */
@NullMarked
package dev.polder.isolation.attach;

import org.jspecify.annotations.NullMarked;
