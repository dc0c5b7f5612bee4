/**
 * Images of containers: pulled from a registry or a local directory, kept and shared on disk, put together as root
 * filesystems, thrown away when nobody uses them.
 *
 * <pre>
 *  RegistryClient, LocalImages ──► ImageStore ──► RootFilesystems
 *      where images come from       layers on disk     a tree for each container
 * </pre>
 * All calls block and take the thread of their caller; there are no threads of its own. It knows nothing of tasks,
 * launchers and masters. POSIX systems only; root on Linux gets overlay mounts, everybody else copies.
 */
@NullMarked
package dev.polder.isolation.image;

import org.jspecify.annotations.NullMarked;
