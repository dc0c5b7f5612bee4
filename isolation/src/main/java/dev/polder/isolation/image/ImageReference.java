package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image, {@code [registry[:port]/]repository[:tag][@digest]}, complete: what the text left out stands
 * here as Docker fills it in. {@link #toString()} is the normal form, which {@link #parse(String)} gives back.
 *
 * @param registry host and port of the registry
 * @param repository path of the repository there, with its {@code library/}
 * @param tag the name of a version, which may move; absent if there is a digest alone
 * @param digest the manifest's or index's own name; it decides over the tag
 */
public record ImageReference(String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
    /** The registry of a name that has none; the well-known one of the format. */
    public static final String REGISTRY_DEFAULT = "docker.io";

    /** The longest name of registry and repository together, in characters. */
    public static final int NAME_LENGTH_MAX = 255;

    private static final String TAG_DEFAULT = "latest";
    private static final String OFFICIAL = "library/";

    private static final Pattern HOST = Pattern.compile(
            "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
                    + "|\\[[a-fA-F0-9:]+]");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern COMPONENT = Pattern.compile("[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*");
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}");

    /**
     * Checks each component.
     *
     * @throws IllegalArgumentException naming the component and its rule
     */
    public ImageReference {
        requireNonNull(tag, "tag");
        requireNonNull(digest, "digest");
        checkRegistry(registry);
        if (repository.isEmpty()) {
            throw new IllegalArgumentException("repository is empty");
        }
        for (String component : repository.split("/", -1)) {
            if (!COMPONENT.matcher(component).matches()) {
                throw new IllegalArgumentException("repository '" + repository + "': component '" + component
                        + "' is not lower-case letters and digits, separated by '.', '_', '__' or any number of '-'");
            }
        }
        int length = registry.length() + 1 + repository.length();
        if (length > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "name of " + length + " characters is longer than NAME_LENGTH_MAX=" + NAME_LENGTH_MAX);
        }
        if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
            throw new IllegalArgumentException("tag '" + tag.get()
                    + "' is not 1 to 128 letters, digits, '_', '.' and '-' that begin with a letter, a digit or '_'");
        }
        if (tag.isEmpty() && digest.isEmpty()) {
            throw new IllegalArgumentException("neither tag nor digest");
        }
    }

    /**
     * Reads a name as {@code docker pull} takes it.
     *
     * @throws IllegalArgumentException naming the component that is wrong and its rule
     */
    public static ImageReference parse(String text) {
        return parse(text, REGISTRY_DEFAULT);
    }

    /**
     * Reads a name as {@code docker pull} takes it, with another registry for names that have none.
     *
     * @throws IllegalArgumentException naming the component that is wrong and its rule
     */
    public static ImageReference parse(String text, String registryDefault) {
        requireNonNull(registryDefault, "registryDefault");
        if (text.isEmpty()) {
            throw new IllegalArgumentException("image name is empty");
        }
        int at = text.indexOf('@');
        Optional<Digest> digest = at < 0 ? Optional.empty() : Optional.of(Digest.parse(text.substring(at + 1)));
        String named = at < 0 ? text : text.substring(0, at);
        // a colon before the last slash is a port's
        int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
        Optional<String> tag = colon < 0 ? Optional.empty() : Optional.of(named.substring(colon + 1));
        String name = colon < 0 ? named : named.substring(0, colon);
        int slash = name.indexOf('/');
        boolean hasRegistry = slash >= 0 && isRegistry(name.substring(0, slash));
        String registry = hasRegistry ? name.substring(0, slash) : registryDefault;
        if (registry.equals("index." + REGISTRY_DEFAULT)) {
            registry = REGISTRY_DEFAULT;
        }
        String repository = hasRegistry ? name.substring(slash + 1) : name;
        if (registry.equals(REGISTRY_DEFAULT) && !repository.isEmpty() && repository.indexOf('/') < 0) {
            repository = OFFICIAL + repository;
        }
        if (tag.isEmpty() && digest.isEmpty()) {
            tag = Optional.of(TAG_DEFAULT);
        }
        return new ImageReference(registry, repository, tag, digest);
    }

    /** A first component is a registry if no repository could begin with it, or if it is this host. */
    private static boolean isRegistry(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    private static void checkRegistry(String registry) {
        int colon = registry.lastIndexOf(':');
        boolean hasPort = colon > registry.lastIndexOf(']');
        String host = hasPort ? registry.substring(0, colon) : registry;
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "registry '" + registry
                            + "': the host is not letters, digits and inner '-', in parts separated by '.', nor an IPv6 address in []");
        }
        if (hasPort) {
            String port = registry.substring(colon + 1);
            if (!PORT.matcher(port).matches() || Integer.parseInt(port) > 65_535) {
                throw new IllegalArgumentException("registry '" + registry + "': the port is not 0 to 65535");
            }
        }
    }

    /** Returns the digest, or else the tag: what a registry is asked for. */
    String version() {
        return digest.map(Digest::toString).orElseGet(tag::orElseThrow);
    }

    @Override
    public String toString() {
        return registry
                + "/"
                + repository
                + tag.map(name -> ":" + name).orElse("")
                + digest.map(name -> "@" + name).orElse("");
    }
}
