package dev.polder.isolation;

/**
 * Has an engine of this host run containers, with tree, limits and namespaces of the engine's own. The task of such a
 * container is the engine's client, in the foreground; the isolators of processes have nothing to do with it.
 *
 * <p>An engine may hang, so its containers have threads of their own: none of the others waits for it.
 */
public interface EngineIsolator extends Isolator {
    /**
     * Tells whether a container is one that the engine runs, or was to run, and that is not yet cleaned up. Does not ask
     * the engine. Called by any thread.
     */
    boolean runs(ContainerId id);

    @Override
    default boolean isForEngines() {
        return true;
    }
}
