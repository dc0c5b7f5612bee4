package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Locale;

/** Gives each container a namespace of its own, unless it wants to share this host's. */
public final class NamespaceIsolator implements Isolator {
    private final Namespace namespace;

    /** An isolator for one namespace. */
    public NamespaceIsolator(Namespace namespace) {
        this.namespace = requireNonNull(namespace, "namespace");
    }

    @Override
    public String name() {
        return "namespaces/" + namespace.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        boolean isOwn = !spec.shared().contains(namespace);
        if (isOwn) {
            plan.unshare(namespace);
        }
        if (namespace == Namespace.UTS && spec.hostname().isPresent()) {
            if (!isOwn) {
                throw new IOException("hostname '" + spec.hostname().get() + "': the container shares the host's");
            }
            plan.hostname(spec.hostname().get());
        }
    }
}
