package dev.polder.isolation.image;

/** How layers become one tree. */
public enum Backend {
    /** The kernel's overlay file system: layers are shared, a container's own writes lie above. Root on Linux. */
    OVERLAY(LayerForm.OVERLAY),
    /** A copy of all layers for each container. Anywhere. */
    COPY(LayerForm.PLAIN);

    private final LayerForm form;

    Backend(LayerForm form) {
        this.form = form;
    }

    LayerForm form() {
        return form;
    }
}
