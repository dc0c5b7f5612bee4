package dev.polder.framework;

import static java.util.Objects.requireNonNull;

import dev.polder.model.FrameworkId;
import dev.polder.model.Label;
import dev.polder.model.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a framework introduces itself to the master, and how its driver behaves. Immutable. */
public final class FrameworkConfig {
    /** What a framework can deal with, with the names of the protocol; each changes what the master sends. */
    public enum Capability {
        /** It has roles. Always set: it only decides how roles are spelled, and the driver does that. */
        MULTI_ROLE,
        /** It wants to know TASK_UNREACHABLE, TASK_GONE and their like apart, in place of TASK_LOST for all. */
        PARTITION_AWARE,
        /** It wants to see TASK_KILLING. */
        TASK_KILLING_STATE,
        /** It takes resources that may be taken back. */
        REVOCABLE_RESOURCES,
        /** It takes agents that have GPUs. */
        GPU_RESOURCES,
        /** It takes resources that several tasks share. */
        SHARED_RESOURCES,
        /** It understands reservations within reservations. */
        RESERVATION_REFINEMENT,
        /** It takes agents of other regions. */
        REGION_AWARE
    }

    private final String name;
    private final String user;
    private final List<String> roles;
    private final Set<String> suppressedRoles;
    private final Duration failoverTimeout;
    private final Set<Capability> capabilities;
    private final boolean acknowledgeByHand;
    private final @Nullable FrameworkId frameworkId;
    private final String hostname;
    private final String webUiUrl;
    private final String principal;
    private final List<Label> labels;

    private FrameworkConfig(Builder builder) {
        this.name = builder.name;
        this.user = builder.user;
        this.roles = List.copyOf(builder.roles);
        this.suppressedRoles = Set.copyOf(builder.suppressedRoles);
        this.failoverTimeout = builder.failoverTimeout;
        this.capabilities = Set.copyOf(builder.capabilities);
        this.acknowledgeByHand = builder.acknowledgeByHand;
        this.frameworkId = builder.frameworkId;
        this.hostname = builder.hostname;
        this.webUiUrl = builder.webUiUrl;
        this.principal = builder.principal;
        this.labels = List.copyOf(builder.labels);
    }

    /** Returns the configuration of that name with all defaults. */
    public static FrameworkConfig named(String name) {
        return builder(name).build();
    }

    /** Returns a builder with all defaults. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** Returns the name for people; it need not be unique. */
    public String name() {
        return name;
    }

    /** Returns whom tasks run as unless they say otherwise. */
    public String user() {
        return user;
    }

    /** Returns the roles in which the framework wants offers, in their order. */
    public List<String> roles() {
        return roles;
    }

    /** Returns the roles that want no offers at the start. */
    public Set<String> suppressedRoles() {
        return suppressedRoles;
    }

    /** Returns how long the framework's tasks run on without it. */
    public Duration failoverTimeout() {
        return failoverTimeout;
    }

    /** Returns what the framework says it can deal with. */
    public Set<Capability> capabilities() {
        return capabilities;
    }

    /** Tells whether the framework acknowledges updates itself. */
    public boolean acknowledgeByHand() {
        return acknowledgeByHand;
    }

    /** Returns the framework whose place is taken; absent for a new one. */
    public Optional<FrameworkId> frameworkId() {
        return Optional.ofNullable(frameworkId);
    }

    /** Returns where the scheduler runs, for people; empty if it is not said. */
    public String hostname() {
        return hostname;
    }

    /** Returns where the framework's own web page is; empty if it has none. */
    public String webUiUrl() {
        return webUiUrl;
    }

    /** Returns as whom the framework authenticates; empty for nobody. */
    public String principal() {
        return principal;
    }

    /** Returns labels for people and tools, in their order; Polder reads none. */
    public List<Label> labels() {
        return labels;
    }

    @Override
    public String toString() {
        return "framework " + name + " (user=" + user + ", roles=" + roles + ", suppressedRoles=" + suppressedRoles
                + ", failoverTimeout=" + failoverTimeout + ", capabilities=" + capabilities + ", acknowledgeByHand="
                + acknowledgeByHand + ", frameworkId=" + (frameworkId == null ? "new" : frameworkId) + ")";
    }

    /** Collects a configuration. */
    public static final class Builder {
        private final String name;
        private String user = System.getProperty("user.name", "");
        private Set<String> roles = Set.of("*");
        private Set<String> suppressedRoles = Set.of();
        private Duration failoverTimeout = Duration.ZERO;
        private Set<Capability> capabilities =
                EnumSet.of(Capability.MULTI_ROLE, Capability.PARTITION_AWARE, Capability.TASK_KILLING_STATE);
        private boolean acknowledgeByHand;
        private @Nullable FrameworkId frameworkId;
        private String hostname = "";
        private String webUiUrl = "";
        private String principal = "";
        private final List<Label> labels = new ArrayList<>();

        private Builder(String name) {
            this.name = requireNonNull(name, "name");
        }

        /** Sets whom tasks run as unless they say otherwise. Default: the user of this JVM. */
        public Builder user(String user) {
            this.user = requireNonNull(user, "user");
            return this;
        }

        /** Sets under which roles the framework wants offers, at least one. Default: {@code *}. */
        public Builder roles(String... roles) {
            this.roles = new LinkedHashSet<>(List.of(roles));
            return this;
        }

        /** Sets which of the roles want no offers at the start. Default: none. */
        public Builder suppressedRoles(String... roles) {
            this.suppressedRoles = new LinkedHashSet<>(List.of(roles));
            return this;
        }

        /**
         * Sets how long the framework's tasks run on without it, after its connection ended. Default: zero, they end with
         * it.
         */
        public Builder failoverTimeout(Duration timeout) {
            this.failoverTimeout = requireNonNull(timeout, "timeout");
            return this;
        }

        /**
         * Sets what the framework can deal with; MULTI_ROLE is added. Default: MULTI_ROLE, PARTITION_AWARE and
         * TASK_KILLING_STATE.
         */
        public Builder capabilities(Collection<Capability> capabilities) {
            EnumSet<Capability> copy = EnumSet.of(Capability.MULTI_ROLE);
            copy.addAll(capabilities);
            this.capabilities = copy;
            return this;
        }

        /** Leaves acknowledging to the framework. Default: the driver does it when {@code onUpdate} returns. */
        public Builder acknowledgeByHand() {
            this.acknowledgeByHand = true;
            return this;
        }

        /** Takes the place of this framework, whose tasks then are ours. Default: a new framework. */
        public Builder frameworkId(FrameworkId id) {
            this.frameworkId = requireNonNull(id, "id");
            return this;
        }

        /** Says where the scheduler runs. */
        public Builder hostname(String hostname) {
            this.hostname = requireNonNull(hostname, "hostname");
            return this;
        }

        /** Says where the framework's own web page is. */
        public Builder webUiUrl(String url) {
            this.webUiUrl = requireNonNull(url, "url");
            return this;
        }

        /** Says as whom the framework authenticates. */
        public Builder principal(String principal) {
            this.principal = requireNonNull(principal, "principal");
            return this;
        }

        /** Adds a label. */
        public Builder label(String key, String value) {
            labels.add(new Label(key, value));
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException names all that is wrong
         */
        public FrameworkConfig build() {
            List<String> mistakes = new ArrayList<>();
            if (roles.isEmpty()) {
                mistakes.add("roles is empty, at least one is needed");
            }
            for (String role : roles) {
                String problem = Names.problemOfRole(role);
                if (problem != null) {
                    mistakes.add(problem);
                }
            }
            if (!roles.containsAll(suppressedRoles)) {
                mistakes.add("suppressedRoles is " + suppressedRoles + ", but roles is only " + roles);
            }
            if (failoverTimeout.isNegative()) {
                mistakes.add("failoverTimeout is " + failoverTimeout + ", it must not be negative");
            }
            if (!mistakes.isEmpty()) {
                throw new IllegalArgumentException("framework " + name + ": " + String.join("; ", mistakes));
            }
            return new FrameworkConfig(this);
        }
    }
}
