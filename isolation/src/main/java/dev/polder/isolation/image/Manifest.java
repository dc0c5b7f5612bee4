package dev.polder.isolation.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What one image for one platform consists of.
 *
 * @param digest the manifest's own name
 * @param layers the lowest first
 */
record Manifest(Digest digest, Descriptor config, List<Descriptor> layers) {
    /** More lower directories an overlay mount does not take. */
    static final int LAYERS_MAX = 400;

    static final int BYTES_MAX = 4 << 20;
    static final int CONFIG_BYTES_MAX = 8 << 20;

    static final String OCI = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String LAYER_TAR = "application/vnd.oci.image.layer.v1.tar";

    private static final String SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+";
    private static final Set<String> CONFIGS =
            Set.of("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json");
    private static final Set<String> LAYERS = Set.of(
            LAYER_TAR,
            LAYER_TAR + "+gzip",
            LAYER_TAR + "+zstd",
            "application/vnd.docker.image.rootfs.diff.tar",
            "application/vnd.docker.image.rootfs.diff.tar.gzip");

    /** Bytes of a manifest or index, and the media type that came with them, empty for none. */
    static final class Document {
        private final byte[] bytes;
        private final String mediaType;

        Document(byte[] bytes, String mediaType) {
            this.bytes = bytes;
            this.mediaType = mediaType;
        }

        byte[] bytes() {
            return bytes;
        }

        String mediaType() {
            return mediaType;
        }
    }

    /** One image of an index. */
    record Choice(Descriptor manifest, Platform platform) {}

    /** Is this a list of manifests? What the document says of itself comes before what was said of it. */
    static boolean isIndex(JsonObject document, String mediaType) throws ImageException {
        String type = document.has("mediaType") ? document.text("mediaType") : mediaType;
        long schema = document.number("schemaVersion", 2);
        if (schema == 1 || type.startsWith(SCHEMA_1)) {
            throw new ImageException("the manifest has schema 1, a format that is dead; push the image again in"
                    + " schema 2 or as an OCI image");
        }
        return switch (type) {
            case OCI_INDEX, DOCKER_INDEX -> true;
            case OCI, DOCKER -> false;
            default -> {
                if (document.has("manifests") == document.has("layers")) {
                    throw new ImageException("'" + type + "' is neither a manifest nor an index of images");
                }
                yield document.has("manifests");
            }
        };
    }

    /** Returns the manifest that fits best. */
    static Descriptor choose(JsonObject index, Platform wanted) throws ImageException {
        Choice best = null;
        List<String> offered = new ArrayList<>();
        for (JsonObject element : index.objects("manifests")) {
            JsonObject said = element.object("platform");
            Platform platform = new Platform(said.text("os"), said.text("architecture"), said.text("variant"));
            offered.add(platform.toString());
            int fit = wanted.fit(platform);
            if (fit >= 0 && (best == null || fit < wanted.fit(best.platform()))) {
                best = new Choice(descriptor(element), platform);
            }
        }
        if (best == null) {
            throw new ImageException("no image for " + wanted + " among " + offered);
        }
        return best.manifest();
    }

    static Manifest parse(Digest digest, JsonObject document) throws ImageException {
        Descriptor config = descriptor(document.object("config"));
        if (!CONFIGS.contains(config.mediaType())) {
            throw new ImageException(
                    "manifest " + digest + " is not of an image to run: its config is '" + config.mediaType() + "'");
        }
        if (config.size() > CONFIG_BYTES_MAX) {
            throw new ImageException("manifest " + digest + ": a config of " + config.size()
                    + " bytes is larger than CONFIG_BYTES_MAX=" + CONFIG_BYTES_MAX);
        }
        List<Descriptor> layers = new ArrayList<>();
        for (JsonObject element : document.objects("layers")) {
            Descriptor layer = descriptor(element);
            if (!LAYERS.contains(layer.mediaType())) {
                throw new ImageException("manifest " + digest + ": layer " + layer.digest() + " is '"
                        + layer.mediaType() + "', which is not a layer that may be kept");
            }
            layers.add(layer);
        }
        if (layers.isEmpty() || layers.size() > LAYERS_MAX) {
            throw new ImageException(
                    "manifest " + digest + " has " + layers.size() + " layers, not 1 to LAYERS_MAX=" + LAYERS_MAX);
        }
        return new Manifest(digest, config, List.copyOf(layers));
    }

    static Descriptor descriptor(JsonObject object) throws ImageException {
        try {
            return new Descriptor(
                    object.text("mediaType"), Digest.parse(object.requiredText("digest")), object.number("size"));
        } catch (IllegalArgumentException e) {
            throw new ImageException("a descriptor is wrong: " + e.getMessage(), e);
        }
    }
}
