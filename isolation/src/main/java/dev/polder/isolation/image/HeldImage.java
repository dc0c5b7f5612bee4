package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An image as a container's hold on it says. */
final class HeldImage {
    private HeldImage() {}

    /** Reads it. What is held is not thrown away, so all of it is there. */
    static Image read(StoreDirectory directory, LayerForm form, Path hold) throws IOException {
        ImageReference reference = ImageReference.parse(
                Files.readString(hold, StandardCharsets.UTF_8).strip());
        Digest digest = manifestOf(hold);
        Manifest manifest = Manifest.parse(digest, document(directory, digest, "manifest"));
        JsonObject config = document(directory, manifest.config().digest(), "config");
        List<Path> layers = ImageConfig.diffIds(config).stream()
                .map(diffId -> directory.layer(form, diffId).resolve("tree"))
                .toList();
        return new Image(reference, digest, ImageConfig.parse(config), layers, List.of());
    }

    /** Returns the manifest that a hold is on. */
    static Digest manifestOf(Path hold) {
        String name = hold.getFileName().toString();
        return Digest.parse(name.substring(name.indexOf('.') + 1).replace('-', ':'));
    }

    private static JsonObject document(StoreDirectory directory, Digest digest, String kind) throws IOException {
        byte[] bytes = directory.readBlob(digest);
        if (bytes == null) {
            throw new IOException(kind + " " + digest + " of an image in use is gone or changed");
        }
        return JsonObject.parse(bytes, kind + " " + digest);
    }
}
