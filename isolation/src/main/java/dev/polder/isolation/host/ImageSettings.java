package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.image.ImageReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a node comes by images, and how many it keeps. Immutable.
 *
 * @param store where they are kept, absolute; one node at a time has it. Empty for a place below the node's data
 * @param registryDefault the registry of names that have none, {@code host[:port]}; or a directory of this host, an absolute
 *     path, from which all images come
 * @param insecureRegistries those that are talked to without TLS, {@code host[:port]}; those on loopback are anyway
 * @param credentialsFile a {@code config.json} of Docker, with who the node is to registries; empty for nobody
 * @param storeBytesMax how large all unpacked layers may be together before those go that no container uses
 * @param layerBytesMax the largest layer that is fetched, as it comes
 * @param seccompDirectory where profiles of system calls are that tasks may choose, absolute; empty for none
 * @param seccompProfile of these, the one of tasks that choose none; empty for what Docker's default comes to
 */
public record ImageSettings(
        Optional<Path> store,
        String registryDefault,
        Set<String> insecureRegistries,
        Optional<Path> credentialsFile,
        long storeBytesMax,
        long layerBytesMax,
        Optional<Path> seccompDirectory,
        Optional<String> seccompProfile) {
    /** The well-known registry, 64 GiB of layers, 10 GiB for one. */
    public static final ImageSettings DEFAULT = new ImageSettings(
            Optional.empty(),
            ImageReference.REGISTRY_DEFAULT,
            Set.of(),
            Optional.empty(),
            64L << 30,
            10L << 30,
            Optional.empty(),
            Optional.empty());

    private static final String EXAMPLE = "image";

    /** Copies; what is wrong is in {@link #mistakes}. */
    public ImageSettings {
        requireNonNull(store, "store");
        requireNonNull(registryDefault, "registryDefault");
        insecureRegistries = Set.copyOf(insecureRegistries);
        requireNonNull(credentialsFile, "credentialsFile");
        requireNonNull(seccompDirectory, "seccompDirectory");
        requireNonNull(seccompProfile, "seccompProfile");
    }

    /** Returns everything that is wrong with these together, each with its name; empty if nothing is. */
    public List<String> mistakes() {
        List<String> mistakes = new ArrayList<>();
        store.filter(path -> !path.isAbsolute())
                .ifPresent(path -> mistakes.add("imageStoreDir '" + path + "': must be absolute"));
        if (localImages().isEmpty()) {
            checkRegistry(mistakes, "imageRegistry", registryDefault);
        }
        insecureRegistries.stream()
                .sorted()
                .forEach(registry -> checkRegistry(mistakes, "imageInsecureRegistries", registry));
        if (storeBytesMax < 0) {
            mistakes.add("imageStoreBytesMax " + storeBytesMax + ": 0 or more");
        }
        if (layerBytesMax < 1) {
            mistakes.add("imageLayerBytesMax " + layerBytesMax + ": 1 or more");
        }
        seccompDirectory
                .filter(path -> !path.isAbsolute())
                .ifPresent(path -> mistakes.add("seccompConfigDir '" + path + "': must be absolute"));
        if (seccompDirectory.isEmpty()) {
            seccompProfile.ifPresent(
                    name -> mistakes.add("seccompProfileName '" + name + "': needs seccompConfigDir, where it is"));
        }
        return mistakes;
    }

    private static void checkRegistry(List<String> mistakes, String name, String registry) {
        try {
            ImageReference.parse(EXAMPLE, registry);
        } catch (IllegalArgumentException e) {
            mistakes.add(name + " '" + registry + "': " + e.getMessage());
        }
    }

    /** Returns the directory from which all images come; empty if they come from registries. */
    Optional<Path> localImages() {
        return registryDefault.startsWith("/") ? Optional.of(Path.of(registryDefault)) : Optional.empty();
    }

    /** Returns the registry that completes names. */
    public String registryOfNames() {
        return localImages().isPresent() ? ImageReference.REGISTRY_DEFAULT : registryDefault;
    }

    /** Returns these with another place for images. */
    public ImageSettings withStore(Path other) {
        return new ImageSettings(
                Optional.of(other),
                registryDefault,
                insecureRegistries,
                credentialsFile,
                storeBytesMax,
                layerBytesMax,
                seccompDirectory,
                seccompProfile);
    }

    /** Returns these with another registry for names that have none. */
    public ImageSettings withRegistryDefault(String other) {
        return new ImageSettings(
                store,
                other,
                insecureRegistries,
                credentialsFile,
                storeBytesMax,
                layerBytesMax,
                seccompDirectory,
                seccompProfile);
    }

    /** Returns these with other registries that are talked to without TLS. */
    public ImageSettings withInsecureRegistries(Set<String> others) {
        return new ImageSettings(
                store,
                registryDefault,
                others,
                credentialsFile,
                storeBytesMax,
                layerBytesMax,
                seccompDirectory,
                seccompProfile);
    }

    /** Returns these with a file of credentials. */
    public ImageSettings withCredentialsFile(Path other) {
        return new ImageSettings(
                store,
                registryDefault,
                insecureRegistries,
                Optional.of(other),
                storeBytesMax,
                layerBytesMax,
                seccompDirectory,
                seccompProfile);
    }

    /** Returns these with other bounds. */
    public ImageSettings withBytesMax(long ofStore, long ofLayer) {
        return new ImageSettings(
                store,
                registryDefault,
                insecureRegistries,
                credentialsFile,
                ofStore,
                ofLayer,
                seccompDirectory,
                seccompProfile);
    }

    /** Returns these with a directory of profiles, and the one of tasks that choose none. */
    public ImageSettings withSeccomp(Optional<Path> directory, Optional<String> profile) {
        return new ImageSettings(
                store,
                registryDefault,
                insecureRegistries,
                credentialsFile,
                storeBytesMax,
                layerBytesMax,
                directory,
                profile);
    }
}
