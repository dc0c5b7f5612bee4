package dev.polder.isolation;

/**
 * What an engine of this host runs in place of a container's task; what is in it only the {@link EngineIsolator} of that
 * engine knows. Immutable.
 */
public interface EngineTask {}
