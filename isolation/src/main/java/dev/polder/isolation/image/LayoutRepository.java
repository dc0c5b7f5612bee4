package dev.polder.isolation.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** One image of an OCI layout. */
final class LayoutRepository implements ImageSource.Repository {
    private static final String NAME = "org.opencontainers.image.ref.name";
    private static final int INDEX_BYTES_MAX = 4 << 20;

    private final ImageReference reference;
    private final ImageFiles files;

    LayoutRepository(ImageReference reference, ImageFiles files) {
        this.reference = reference;
        this.files = files;
    }

    @Override
    public Manifest.Document document() throws IOException {
        byte[] bytes = files.read("index.json", INDEX_BYTES_MAX);
        List<JsonObject> manifests =
                JsonObject.parse(bytes, files + "/index.json").objects("manifests");
        List<String> names = new ArrayList<>();
        for (JsonObject manifest : manifests) {
            String name = manifest.object("annotations").text(NAME);
            names.add(name.isEmpty() ? manifest.text("digest") : name);
            boolean wanted = reference.digest().isPresent()
                    ? manifest.text("digest").equals(reference.version())
                    : isNamed(name) || (manifests.size() == 1 && name.isEmpty());
            if (wanted) {
                return document(Manifest.descriptor(manifest));
            }
        }
        throw new ImageException(files + " has no image " + reference + ", but " + names);
    }

    private boolean isNamed(String name) {
        String tag = reference.tag().orElse("");
        return name.equals(tag) || name.equals(reference.toString()) || name.equals(reference.repository() + ":" + tag);
    }

    @Override
    public Manifest.Document document(Descriptor manifest) throws IOException {
        return new Manifest.Document(files.read(place(manifest.digest()), Manifest.BYTES_MAX), manifest.mediaType());
    }

    @Override
    public ImageSource.Blob blob(Descriptor blob, long from) throws IOException {
        InputStream in = files.open(place(blob.digest()));
        in.skipNBytes(from);
        return new ImageSource.Blob(in, from);
    }

    private static String place(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
