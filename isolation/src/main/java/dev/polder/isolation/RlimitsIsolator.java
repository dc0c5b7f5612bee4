package dev.polder.isolation;

/** Limits each process of a container as it wants. */
public final class RlimitsIsolator implements Isolator {
    @Override
    public String name() {
        return "posix/rlimits";
    }

    @Override
    public Privileges privileges(ContainerSpec spec, Privileges soFar) {
        return soFar.withRlimits(spec.privileges().rlimits());
    }
}
