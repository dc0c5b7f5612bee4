package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.gpu.GpuIsolator;
import java.io.IOException;
import java.util.Optional;

/**
 * What came of looking for graphics processors.
 *
 * @param isolator gives them to containers; empty if it is not wanted, or refused
 * @param detail which there are, or why there is none
 */
record GpuTrial(Optional<Isolator> isolator, String detail) {
    /**
     * Looks for them if they are wanted.
     *
     * @param limitsDevices whether control groups keep a container from those of others
     */
    static GpuTrial of(IsolationSettings settings, Optional<HostIsolation.GpuPlace> place, boolean limitsDevices) {
        if (!settings.wanted().contains(IsolatorName.GPU_NVIDIA)) {
            return refused("not wanted");
        }
        if (place.isEmpty()) {
            return refused("this node has no place for notes on processors");
        }
        if (!limitsDevices) {
            return refused("needs " + IsolatorName.CGROUPS_DEVICES + ", which this host does not have");
        }
        try {
            Isolator isolator = GpuIsolator.open(
                    place.get().directory(),
                    place.get().dev(),
                    settings.devices().gpus());
            return new GpuTrial(
                    Optional.of(isolator), "processors " + settings.devices().gpus());
        } catch (IOException e) {
            return refused(String.valueOf(e.getMessage()));
        }
    }

    private static GpuTrial refused(String why) {
        return new GpuTrial(Optional.empty(), why);
    }

    Ability ability() {
        return new Ability(IsolatorName.GPU_NVIDIA.toString(), isolator.isPresent(), detail);
    }
}
