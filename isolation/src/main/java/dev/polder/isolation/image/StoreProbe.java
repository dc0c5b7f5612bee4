package dev.polder.isolation.image;

/** Hears at which step a store is; a test ends its process there. */
interface StoreProbe {
    StoreProbe NONE = step -> {};

    /** The steps of a pull, in their order. */
    enum Step {
        MANIFEST_KEPT,
        LAYER_FETCHED,
        LAYER_UNPACKED,
        LAYER_FORCED,
        LAYER_PLACED,
        HELD,
        NAMED
    }

    void reached(Step step);
}
