/**
 * Linux control groups, version 1, version 2 and both at once: what this host has is found at run time.
 *
 * <p>A {@link dev.polder.isolation.cgroup.Cgroups} makes one {@link dev.polder.isolation.cgroup.ContainerGroup} for each
 * container: limits, usage, freeze, kill, removal. All calls block, there are no threads of its own. It knows nothing
 * of launchers: a process joins a group by itself, by writing 0 into files that the group names.
 */
@NullMarked
package dev.polder.isolation.cgroup;

import org.jspecify.annotations.NullMarked;
