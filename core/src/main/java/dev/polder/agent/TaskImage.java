package dev.polder.agent;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.image.ImageException;
import dev.polder.isolation.image.ImageReference;
import dev.polder.isolation.image.RegistryCredentials;
import dev.polder.wire.proto.Mesos.Image;
import dev.polder.wire.proto.Mesos.Secret;
import java.util.Optional;

/**
 * The image that a task wants.
 *
 * @param cached whether what the agent has under that name will do
 * @param credentials who the framework is to registries; empty for whoever the agent is
 */
public record TaskImage(ImageReference reference, boolean cached, Optional<RegistryCredentials> credentials) {
    /** Refuses null. */
    public TaskImage {
        requireNonNull(reference, "reference");
        requireNonNull(credentials, "credentials");
    }

    /**
     * Reads a wish.
     *
     * @throws IllegalArgumentException if it is none that can be met, in Mesos's words where it has some
     */
    static TaskImage of(Image image, String registryDefault) {
        if (image.getType() != Image.Type.DOCKER) {
            throw new IllegalArgumentException("Unsupported container image type: " + image.getType());
        }
        String name = image.getDocker().getName();
        try {
            return new TaskImage(
                    ImageReference.parse(name, registryDefault), image.getCached(), credentials(image.getDocker()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Failed to parse docker image '" + name + "': " + e.getMessage(), e);
        }
    }

    private static Optional<RegistryCredentials> credentials(Image.Docker docker) {
        if (!docker.hasConfig()) {
            return Optional.empty();
        }
        Secret config = docker.getConfig();
        if (!config.hasValue()) {
            throw new IllegalArgumentException(
                    "its config is a secret that the agent would have to look up," + " which is not supported yet");
        }
        try {
            return Optional.of(RegistryCredentials.ofDockerConfig(
                    config.getValue().getData().toByteArray(), "the image's config"));
        } catch (ImageException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
