package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Images that lie in a directory of this host, for clusters without a registry. An image {@code library/busybox:1} of
 * the default registry is looked for as {@code busybox:1} and {@code library/busybox:1}, another one with its registry
 * first; each either as a directory with an OCI layout, or with {@code .tar} as an archive of {@code docker save} or of
 * an OCI layout. A directory that is itself an OCI layout is asked for every image. Whoever writes there is trusted
 * with the shape of the archives; layers and digests are checked as those of a registry.
 */
public final class LocalImages extends ImageSource {
    private final Path directory;

    /**
     * Takes the directory.
     *
     * @throws IllegalArgumentException if it is not absolute
     */
    public LocalImages(Path directory) {
        if (!requireNonNull(directory, "directory").isAbsolute()) {
            throw new IllegalArgumentException("directory " + directory + " is not absolute");
        }
        this.directory = directory;
    }

    @Override
    Repository open(ImageReference reference, RegistryCredentials credentials) throws IOException {
        ImageFiles files = find(reference);
        try {
            if (files.has("oci-layout")) {
                return new LayoutRepository(reference, files);
            }
            return new SavedRepository(reference, files);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private ImageFiles find(ImageReference reference) throws IOException {
        if (Files.isRegularFile(directory.resolve("oci-layout"))) {
            return new ImageFiles.InDirectory(directory);
        }
        for (String name : names(reference)) {
            Path place = directory.resolve(name);
            if (Files.isDirectory(place)) {
                return new ImageFiles.InDirectory(place);
            }
            Path archive = directory.resolve(name + ".tar");
            if (Files.isRegularFile(archive)) {
                return new ImageFiles.InTar(archive);
            }
        }
        throw new ImageException(directory + " has no image " + reference + ", looked for " + names(reference)
                + " as a directory or with .tar");
    }

    private static List<String> names(ImageReference reference) {
        String version = reference.tag().map(tag -> ":" + tag).orElseGet(() -> "@" + reference.version());
        List<String> names = new ArrayList<>();
        if (reference.registry().equals(ImageReference.REGISTRY_DEFAULT)) {
            if (reference.repository().startsWith("library/")) {
                names.add(reference.repository().substring("library/".length()) + version);
            }
            names.add(reference.repository() + version);
        }
        names.add(reference.registry() + "/" + reference.repository() + version);
        return names;
    }
}
