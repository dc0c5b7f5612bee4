package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

/** Which system calls a task in an image may make, as far as it chooses. */
public sealed interface SeccompChoice {
    /** Those that its node lets every such task make. */
    SeccompChoice USUAL = new Usual();

    /** All. */
    SeccompChoice UNCONFINED = new Unconfined();

    /** What the node says. */
    record Usual() implements SeccompChoice {}

    /**
     * What a profile of the node says.
     *
     * @param name of its file, below the node's directory of profiles
     */
    record Profile(String name) implements SeccompChoice {
        /** Refuses null. */
        public Profile {
            requireNonNull(name, "name");
        }
    }

    /** No filter. */
    record Unconfined() implements SeccompChoice {}
}
