package dev.polder.isolation.image;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * Where images come from. Any thread may ask; calls block. What it gives is not trusted: whoever takes it compares
 * sizes and digests.
 */
public abstract sealed class ImageSource permits RegistryClient, LocalImages {
    ImageSource() {}

    /**
     * Opens the repository of one image.
     *
     * @param credentials for registries that want some
     */
    abstract Repository open(ImageReference reference, RegistryCredentials credentials) throws IOException;

    /** A blob from {@code from} on, which may be less than was asked for. The taker closes the bytes. */
    record Blob(InputStream bytes, long from) {}

    /** One image at its source. For one thread. */
    interface Repository extends Closeable {
        /** Returns the manifest or index that the reference names. */
        Manifest.Document document() throws IOException;

        /** Returns a manifest of an index. */
        Manifest.Document document(Descriptor manifest) throws IOException;

        /** Opens a blob, from the byte {@code from} on where the source can. */
        Blob blob(Descriptor blob, long from) throws IOException;
    }
}
