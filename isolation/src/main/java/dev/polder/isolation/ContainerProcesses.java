package dev.polder.isolation;

import java.util.Collection;
import java.util.Map;

/** Who acts for containers now. Any thread may ask. */
@FunctionalInterface
public interface ContainerProcesses {
    /**
     * Returns the numbers of the processes of each of these containers: by their control groups where they have them, else
     * the task's process and what descends from it, without processes whose parents have ended. Those of which none is
     * known are left out. A process may have ended by now.
     */
    Map<ContainerId, Collection<Long>> of(Collection<ContainerId> ids);
}
