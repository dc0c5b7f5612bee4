package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.docker.DockerCredentials;
import dev.polder.isolation.docker.DockerEngine;
import dev.polder.isolation.image.ImageReference;
import dev.polder.isolation.image.RegistryCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The Docker engine of a node, as far as images are concerned. Any thread may call; calls block. */
public final class HostDocker {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
    /** An engine says nothing while it unpacks a large layer. */
    private static final Duration PULL_SILENCE_MAX = Duration.ofMinutes(10);

    private final Path socket;
    private final RegistryCredentials credentials;

    HostDocker(Path socket, RegistryCredentials credentials) {
        this.socket = requireNonNull(socket, "socket");
        this.credentials = requireNonNull(credentials, "credentials");
    }

    /**
     * Has the engine pull an image, unless it has it. If this thread is interrupted it ends soon; the engine may go on.
     *
     * @param always even if the engine has one of that name, which may be older
     * @throws IOException if it cannot be had, with the reason for the task's owner
     */
    public void pull(String image, boolean always) throws IOException {
        DockerEngine engine = DockerEngine.connect(socket, SILENCE_MAX);
        if (!always && engine.hasImage(image)) {
            return;
        }
        Optional<DockerCredentials> who = credentials(image);
        try {
            if (who.isPresent()) {
                engine.pull(image, who.get(), PULL_SILENCE_MAX, (layer, status, bytes, total) -> {});
            } else {
                engine.pull(image, PULL_SILENCE_MAX, (layer, status, bytes, total) -> {});
            }
        } catch (IOException e) {
            throw new IOException("Failed to pull image '" + image + "': " + e.getMessage(), e);
        }
    }

    private Optional<DockerCredentials> credentials(String image) {
        try {
            String registry =
                    ImageReference.parse(image, ImageReference.REGISTRY_DEFAULT).registry();
            return credentials
                    .login(registry)
                    .map(login -> new DockerCredentials(login.user(), login.password(), registry));
        } catch (IllegalArgumentException e) {
            // what is no name the engine says in its own words
            return Optional.empty();
        }
    }
}
