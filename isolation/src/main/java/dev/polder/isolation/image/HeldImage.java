package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An image as a container's hold on it says. */
final class HeldImage {
    private HeldImage() {}

    /** Holds it, by this name too if it is held by others: many names may mean one image. */
    static void write(StoreDirectory directory, Path hold, ImageReference reference) throws IOException {
        byte[] held = StoreDirectory.read(hold);
        String names = held == null ? "" : new String(held, StandardCharsets.UTF_8);
        if (names.lines().noneMatch(reference.toString()::equals)) {
            // what holds it does not outlive this boot either
            directory.writeForThisBoot(hold, (names + reference + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Reads it, once for each of its names. What is held is not thrown away, so all of it is there. */
    static List<Image> read(StoreDirectory directory, LayerForm form, Path hold) throws IOException {
        List<String> names =
                Files.readString(hold, StandardCharsets.UTF_8).lines().toList();
        Digest digest = manifestOf(hold);
        Manifest manifest = Manifest.parse(digest, document(directory, digest, "manifest"));
        JsonObject config = document(directory, manifest.config().digest(), "config");
        List<Path> layers = ImageConfig.diffIds(config).stream()
                .map(diffId -> directory.layer(form, diffId).resolve("tree"))
                .toList();
        ImageConfig parsed = ImageConfig.parse(config);
        return names.stream()
                .map(name -> new Image(ImageReference.parse(name), digest, parsed, layers, List.of()))
                .toList();
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
