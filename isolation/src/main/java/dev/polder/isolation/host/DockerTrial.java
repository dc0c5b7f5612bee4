package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.docker.DockerEngine;
import dev.polder.isolation.engine.DockerIsolator;
import dev.polder.isolation.image.RegistryCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What came of looking for a Docker engine.
 *
 * @param isolator also of an engine that does not answer, if it has containers of an earlier run; empty if there is nothing
 *     to be done there
 * @param docker empty if nothing is run there
 * @param detail which engine it is, or why there is none
 */
record DockerTrial(Optional<Isolator> isolator, Optional<HostDocker> docker, String detail) {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(2);
    private static final String CLIENT = "docker";

    /**
     * Looks for it if it is wanted. Where there is no socket nothing is done.
     *
     * @param hostPathsAllowed below which paths of the host may be bound into containers
     * @param credentialsFile who the node is to registries
     */
    static DockerTrial of(
            IsolationSettings settings,
            Optional<HostIsolation.DockerPlace> place,
            List<Path> hostPathsAllowed,
            Optional<Path> credentialsFile) {
        return of(settings, place, hostPathsAllowed, credentialsFile, isRoot());
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException unknown) {
            return false;
        }
    }

    static DockerTrial of(
            IsolationSettings settings,
            Optional<HostIsolation.DockerPlace> place,
            List<Path> hostPathsAllowed,
            Optional<Path> credentialsFile,
            boolean isRoot) {
        if (place.isEmpty()) {
            return refused("this node has no place for what it notes");
        }
        Path directory = place.get().directory();
        Path socket = place.get().settings().socket();
        String answer = "not wanted";
        Optional<HostDocker> docker = Optional.empty();
        if (settings.wanted().contains(IsolatorName.DOCKER)) {
            try {
                if (!isRoot && !settings.required().contains(IsolatorName.DOCKER)) {
                    // tasks of this node have no more power than its user, and with an engine they would have root's
                    throw new IOException("only root's nodes have it unless it is required");
                }
                answer = answer(socket);
                RegistryCredentials credentials = credentialsFile.isPresent()
                        ? RegistryCredentials.ofDockerConfig(credentialsFile.get())
                        : RegistryCredentials.NONE;
                docker = Optional.of(new HostDocker(socket, credentials));
            } catch (IOException e) {
                answer = String.valueOf(e.getMessage());
            }
        }
        try {
            if (docker.isEmpty() && !DockerIsolator.isNeeded(directory)) {
                return refused(answer);
            }
            Isolator isolator = DockerIsolator.open(new DockerIsolator.Settings(
                    directory,
                    socket,
                    HostPrograms.find(CLIENT).orElse(Path.of(CLIENT)),
                    place.get().nodeName() + "-docker-removal",
                    DockerIsolator.Patience.USUAL,
                    hostPathsAllowed));
            return new DockerTrial(Optional.of(isolator), docker, answer);
        } catch (IOException e) {
            return refused(String.valueOf(e.getMessage()));
        }
    }

    private static DockerTrial refused(String why) {
        return new DockerTrial(Optional.empty(), Optional.empty(), why);
    }

    private static String answer(Path socket) throws IOException {
        if (!Files.exists(socket)) {
            throw new IOException("there is no " + socket);
        }
        Path client = HostPrograms.need(CLIENT, "run containers of a docker engine");
        return "by " + client + ", API "
                + DockerEngine.connect(socket, SILENCE_MAX).apiVersion() + " at " + socket;
    }

    Ability ability() {
        return new Ability(IsolatorName.DOCKER.toString(), docker.isPresent(), detail);
    }

    void close() {
        isolator.ifPresent(Isolator::close);
    }
}
