/**
 * Containers of a Docker Engine: its API over its Unix socket, and what a task becomes there.
 *
 * <pre>
 *  DockerRun ──► DockerEngine ──► socket of dockerd
 *   what runs     calls, one connection each; DockerStream for what goes both ways
 * </pre>
 * Calls block and take the thread of their caller; there are no threads of its own. The engine keeps containers over
 * restarts of this process; each has the label of its {@link dev.polder.isolation.ContainerId}, by which it is found again.
 */
@NullMarked
package dev.polder.isolation.docker;

import org.jspecify.annotations.NullMarked;
