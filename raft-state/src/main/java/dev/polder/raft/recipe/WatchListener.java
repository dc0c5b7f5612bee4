package dev.polder.raft.recipe;

/** Receives what a {@link Watch} sees. */
@FunctionalInterface
public interface WatchListener {
    /**
     * Something changed. Each change is told once, in ascending order of revision, on the recipes' thread: hand over
     * what takes long. What this throws ends the watch.
     */
    void onChange(Change change);
}
