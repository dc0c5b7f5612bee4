package dev.polder.agent;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.image.ImageReference;

/**
 * What an agent can do with images.
 *
 * @param refusal why tasks in images are refused, in words; empty if they run
 * @param registryDefault the registry of names that have none
 */
public record AgentImages(String refusal, String registryDefault) {
    /** Refuses null. */
    public AgentImages {
        requireNonNull(refusal, "refusal");
        requireNonNull(registryDefault, "registryDefault");
    }

    /** Nothing, for that reason. */
    public static AgentImages none(String why) {
        return new AgentImages(why, ImageReference.REGISTRY_DEFAULT);
    }
}
