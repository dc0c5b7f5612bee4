package dev.polder.isolation;

/** Limits each process of a container as it wants. */
public final class RlimitsIsolator implements Isolator {
    @Override
    public String name() {
        return "posix/rlimits";
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) {
        plan.privileges(plan.privileges().withRlimits(spec.privileges().rlimits()));
    }
}
