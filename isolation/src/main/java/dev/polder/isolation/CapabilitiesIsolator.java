package dev.polder.isolation;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Gives each container the rights of root that it wants, within bounds, or else those that an operator wants. */
public final class CapabilitiesIsolator implements Isolator {
    private final Optional<Set<Capability>> effective;
    private final Optional<Set<Capability>> bounding;

    /**
     * An isolator of one node.
     *
     * @param effective for containers that do not say what they want; empty for those that their user has
     * @param bounding what a container can get at most; empty for no bound
     * @throws IllegalArgumentException if something effective is out of bounds
     */
    public CapabilitiesIsolator(Optional<Set<Capability>> effective, Optional<Set<Capability>> bounding) {
        Privileges checked = Privileges.USUAL.withCapabilities(effective, bounding);
        this.effective = checked.effective();
        this.bounding = checked.bounding();
    }

    @Override
    public String name() {
        return "linux/capabilities";
    }

    @Override
    public Privileges privileges(ContainerSpec spec, Privileges soFar) throws IOException {
        Optional<Set<Capability>> wanted = spec.privileges().effective();
        Optional<Set<Capability>> bound = spec.privileges().bounding();
        requireAllowed(wanted);
        requireAllowed(bound);
        Optional<Set<Capability>> given = wanted.or(() -> effective);
        // who says what it has, and not what it can get, can get no more
        Optional<Set<Capability>> within = bound.or(() -> bounding).or(() -> given);
        if (given.isPresent() && !within.orElseThrow().containsAll(given.get())) {
            throw refused(given.get(), within.get());
        }
        return soFar.withCapabilities(given, within);
    }

    private void requireAllowed(Optional<Set<Capability>> wanted) throws IOException {
        if (wanted.isPresent() && bounding.isPresent() && !bounding.get().containsAll(wanted.get())) {
            throw refused(wanted.get(), bounding.get());
        }
    }

    private static IOException refused(Set<Capability> wanted, Set<Capability> allowed) {
        return new IOException("Requested capabilities '" + wanted + "', but only '" + allowed + "' are allowed");
    }
}
