package dev.polder.isolation;

/** Has no process of any container get more rights by executing a program. */
public final class NoNewPrivilegesIsolator implements Isolator {
    @Override
    public String name() {
        return "linux/nnp";
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) {
        plan.privileges(plan.privileges().withNoNewPrivileges());
    }
}
