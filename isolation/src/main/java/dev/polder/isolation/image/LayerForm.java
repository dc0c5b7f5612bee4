package dev.polder.isolation.image;

import java.util.Locale;

/** How an unpacked layer says what it hides of the layers below. */
enum LayerForm {
    /** As the overlay file system reads it: character devices 0:0, and a {@code user.} attribute of directories. */
    OVERLAY,
    /** In a list beside the tree, for who copies. */
    PLAIN;

    String directory() {
        return name().toLowerCase(Locale.ROOT);
    }
}
