package dev.polder.isolation;

/** Has no process of any container get more rights by executing a program. */
public final class NoNewPrivilegesIsolator implements Isolator {
    @Override
    public String name() {
        return "linux/nnp";
    }

    @Override
    public Privileges privileges(ContainerSpec spec, Privileges soFar) {
        return soFar.withNoNewPrivileges();
    }
}
