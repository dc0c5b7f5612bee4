package dev.polder.isolation.check;

import dev.polder.isolation.ContainerId;

/** Hears of checks, on the thread that does them; must return at once. */
@FunctionalInterface
public interface CheckListener {
    /** Something has changed. May come once more for a container after {@link Checks#stop}. */
    void onEvent(ContainerId id, CheckEvent event);
}
