package dev.polder.isolation.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One image of an archive of {@code docker save} that has no OCI layout. Its layers are not compressed, so the names of
 * their bytes stand in the image's config; the manifest, which such an archive lacks, is made of these.
 */
final class SavedRepository implements ImageSource.Repository {
    private static final int LIST_BYTES_MAX = 4 << 20;

    private final ImageFiles files;
    private final Map<Digest, String> places = new HashMap<>();
    private final Manifest.Document manifest;

    SavedRepository(ImageReference reference, ImageFiles files) throws IOException {
        this.files = files;
        JsonObject saved = find(reference);
        String configPlace = saved.requiredText("Config");
        byte[] config = files.read(configPlace, Manifest.CONFIG_BYTES_MAX);
        Digest configDigest = Digest.sha256(config);
        places.put(configDigest, configPlace);
        List<Digest> diffIds = ImageConfig.diffIds(JsonObject.parse(config, files + "/" + configPlace));
        List<String> layers = saved.texts("Layers");
        if (layers.size() != diffIds.size()) {
            throw new ImageException(files + " has " + layers.size() + " layers of " + reference + ", its config names "
                    + diffIds.size());
        }
        StringBuilder json = new StringBuilder(
                        "{\"schemaVersion\":2,\"mediaType\":\"" + Manifest.OCI + "\",\"config\":")
                .append(descriptor("application/vnd.oci.image.config.v1+json", configDigest, config.length))
                .append(",\"layers\":[");
        for (int i = 0; i < layers.size(); i++) {
            places.put(diffIds.get(i), layers.get(i));
            json.append(i == 0 ? "" : ",")
                    .append(descriptor(Manifest.LAYER_TAR, diffIds.get(i), files.size(layers.get(i))));
        }
        this.manifest =
                new Manifest.Document(json.append("]}").toString().getBytes(StandardCharsets.UTF_8), Manifest.OCI);
    }

    private JsonObject find(ImageReference reference) throws IOException {
        List<JsonObject> images =
                JsonObject.parseList(files.read("manifest.json", LIST_BYTES_MAX), files + "/manifest.json");
        JsonObject found = images.size() == 1 ? images.get(0) : null;
        for (JsonObject image : images) {
            for (String name : image.texts("RepoTags")) {
                if (reference.equals(parsed(name))) {
                    found = image;
                }
            }
        }
        if (found == null) {
            throw new ImageException(files + " has " + images.size() + " images, none of them is " + reference);
        }
        return found;
    }

    private static @Nullable ImageReference parsed(String name) {
        try {
            return ImageReference.parse(name);
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }

    private static String descriptor(String mediaType, Digest digest, long size) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + digest + "\",\"size\":" + size + "}";
    }

    @Override
    public Manifest.Document document() {
        return manifest;
    }

    @Override
    public Manifest.Document document(Descriptor other) throws IOException {
        throw new ImageException(files + " has no index, so no manifest " + other.digest());
    }

    @Override
    public ImageSource.Blob blob(Descriptor blob, long from) throws IOException {
        String place = places.get(blob.digest());
        if (place == null) {
            throw new ImageException(files + " has no blob " + blob.digest());
        }
        InputStream in = files.open(place);
        in.skipNBytes(from);
        return new ImageSource.Blob(in, from);
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
