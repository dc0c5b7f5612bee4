package dev.polder.isolation.image;

/**
 * What a manifest says of a blob before anybody has it.
 *
 * @param mediaType its format
 * @param size its length in bytes, not negative
 */
record Descriptor(String mediaType, Digest digest, long size) {
    Descriptor {
        if (size < 0) {
            throw new IllegalArgumentException("size " + size + " of " + digest + " is negative");
        }
    }
}
