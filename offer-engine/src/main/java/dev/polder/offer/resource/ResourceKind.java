package dev.polder.offer.resource;

/** In which of three ways there can be more or less of a resource; with the names of the protocol. */
public enum ResourceKind {
    /** An amount, such as {@code cpus}. */
    SCALAR,
    /** Numbers that exist once each, such as {@code ports}. */
    RANGES,
    /** Items that exist once each. */
    SET
}
