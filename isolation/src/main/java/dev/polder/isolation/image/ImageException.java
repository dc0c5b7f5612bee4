package dev.polder.isolation.image;

import java.io.IOException;

/**
 * An image, a registry or a limit says no, in words for people. To try again without a change is of no use, as opposed
 * to any other {@link IOException}, which is a disk's or a connection's.
 */
public final class ImageException extends IOException {
    /** Says what was refused and by which rule. */
    public ImageException(String message) {
        super(message);
    }

    ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
