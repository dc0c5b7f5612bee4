/**
 * Brings what a task asks for into its sandbox before it starts: files of this host and of the web, archives unpacked, many
 * times wanted ones from a cache.
 *
 * <p>A {@link dev.polder.isolation.fetch.Fetcher} does it. Everything is received, checked, unpacked and given to the task's
 * user in a directory that nobody else can enter, and then moved into the sandbox without following a link; so nothing that
 * an address, an archive or another task of the user contrives is written elsewhere. It knows nothing of tasks.
 */
@NullMarked
package dev.polder.isolation.fetch;

import org.jspecify.annotations.NullMarked;
