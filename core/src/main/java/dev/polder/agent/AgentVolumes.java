package dev.polder.agent;

import dev.polder.isolation.volume.VolumeKind;
import java.util.EnumMap;
import java.util.Map;

/**
 * What an agent can do with volumes.
 *
 * @param refusals why tasks with volumes of a kind are refused, in words; kinds that it has are not in it
 */
public record AgentVolumes(Map<VolumeKind, String> refusals) {
    /** All kinds there are. */
    public static final AgentVolumes ALL = new AgentVolumes(Map.of());

    /** Copies. */
    public AgentVolumes {
        refusals = Map.copyOf(refusals);
    }

    /** Nothing, for that reason. */
    public static AgentVolumes none(String why) {
        Map<VolumeKind, String> refusals = new EnumMap<>(VolumeKind.class);
        for (VolumeKind kind : VolumeKind.values()) {
            refusals.put(kind, why);
        }
        return new AgentVolumes(refusals);
    }
}
