package dev.polder.model;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task as its framework describes it: what to run, with which resources. Where it runs is settled when it is launched on
 * an offer. Immutable.
 *
 * <pre>{@code
 * TaskInfo task = TaskInfo.builder("web-1").shell("exec ./serve --port 31000").cpus(0.5).mem(128).port(31000).build();
 * }</pre>
 */
public final class TaskInfo {
    private final TaskId id;
    private final String name;
    private final CommandInfo command;
    private final Resources resources;
    private final List<Label> labels;
    private final @Nullable Duration killGracePeriod;
    private final @Nullable Duration maxCompletionTime;
    private final @Nullable DiscoveryInfo discovery;

    private TaskInfo(Builder builder, CommandInfo command, Resources resources) {
        this.id = builder.id;
        this.name = builder.name;
        this.command = command;
        this.resources = resources;
        this.labels = List.copyOf(builder.labels);
        this.killGracePeriod = builder.killGracePeriod;
        this.maxCompletionTime = builder.maxCompletionTime;
        this.discovery = builder.discovery;
    }

    /**
     * Returns a builder for the task {@code id}. The id must differ from those of all tasks of the framework that may
     * still run: 1 to 255 bytes, without slash, backslash or control characters, and neither {@code .} nor {@code ..}.
     */
    public static Builder builder(String id) {
        return new Builder(new TaskId(id));
    }

    /** Returns the id, by which updates name the task. */
    public TaskId id() {
        return id;
    }

    /** Returns the name for people, the id unless another was given. */
    public String name() {
        return name;
    }

    /** Returns what is run. */
    public CommandInfo command() {
        return command;
    }

    /** Returns what the task may use; part of the offer that it is launched on. */
    public Resources resources() {
        return resources;
    }

    /** Returns labels for people and tools, in their order; Polder reads none. */
    public List<Label> labels() {
        return labels;
    }

    /** Returns how long the task may take to end after a kill; if absent, the agent's default counts. */
    public Optional<Duration> killGracePeriod() {
        return Optional.ofNullable(killGracePeriod);
    }

    /** Returns after which time the task is ended and has failed; if absent, never. */
    public Optional<Duration> maxCompletionTime() {
        return Optional.ofNullable(maxCompletionTime);
    }

    /** Returns how others may find the task; if absent, by its name alone. */
    public Optional<DiscoveryInfo> discovery() {
        return Optional.ofNullable(discovery);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskInfo that
                && id.equals(that.id)
                && name.equals(that.name)
                && command.equals(that.command)
                && resources.equals(that.resources)
                && labels.equals(that.labels)
                && Objects.equals(killGracePeriod, that.killGracePeriod)
                && Objects.equals(maxCompletionTime, that.maxCompletionTime)
                && Objects.equals(discovery, that.discovery);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, name, command, resources);
    }

    @Override
    public String toString() {
        return "task " + id + " {" + resources + "} " + command.value();
    }

    /** Collects the description of a task. A command and some resources are needed, all else has a default. */
    public static final class Builder {
        private final TaskId id;
        private final ResourcesBuilder resources = Resources.builder();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<Label> labels = new ArrayList<>();
        private String name;
        private boolean shell;
        private @Nullable String command;
        private List<String> arguments = List.of();
        private String user = "";
        private @Nullable Duration killGracePeriod;
        private @Nullable Duration maxCompletionTime;
        private @Nullable DiscoveryInfo discovery;

        private Builder(TaskId id) {
            this.id = id;
            this.name = id.value();
        }

        /** Sets the name for people; it need not be unique. */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /** Runs a line with {@code /bin/sh -c}. Takes the place of an earlier command. */
        public Builder shell(String line) {
            this.shell = true;
            this.command = requireNonNull(line, "line");
            this.arguments = List.of();
            return this;
        }

        /** Runs a program with exactly these arguments, no shell between. Takes the place of an earlier command. */
        public Builder command(String program, String... arguments) {
            List<String> vector = new ArrayList<>(arguments.length + 1);
            vector.add(requireNonNull(program, "program"));
            vector.addAll(List.of(arguments));
            this.shell = false;
            this.command = program;
            this.arguments = vector;
            return this;
        }

        /** Sets an environment variable of the command. */
        public Builder environment(String name, String value) {
            environment.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
            return this;
        }

        /** Sets whom the command runs as; the framework's user unless set. */
        public Builder user(String user) {
            this.user = requireNonNull(user, "user");
            return this;
        }

        /** Asks for CPUs, in steps of a thousandth. */
        public Builder cpus(double cpus) {
            return scalar("cpus", cpus);
        }

        /** Asks for memory, in MiB. */
        public Builder mem(double mebibytes) {
            return scalar("mem", mebibytes);
        }

        /** Asks for disk space, in MiB. */
        public Builder disk(double mebibytes) {
            return scalar("disk", mebibytes);
        }

        /** Asks for one port. */
        public Builder port(int port) {
            return ports(port, port);
        }

        /** Asks for the ports from {@code begin} to {@code end}, both included. */
        public Builder ports(int begin, int end) {
            resources.range("ports", begin, end);
            return this;
        }

        /** Asks for an amount of any scalar resource, at most three digits behind the point. */
        public Builder scalar(String name, double amount) {
            resources.scalar(name, Thousandths.of(name, amount));
            return this;
        }

        /** Asks for these resources, added to those asked for already. */
        public Builder resources(Resources more) {
            more.scalars().forEach(resources::scalar);
            more.ranges()
                    .forEach((kind, ranges) ->
                            ranges.ranges().forEach(range -> resources.range(kind, range.begin(), range.end())));
            more.sets().forEach((kind, items) -> items.forEach(item -> resources.item(kind, item)));
            return this;
        }

        /** Adds a label. */
        public Builder label(String key, String value) {
            labels.add(new Label(key, value));
            return this;
        }

        /** Sets how long the task may take to end after a kill, before it is ended by force. */
        public Builder killGracePeriod(Duration grace) {
            this.killGracePeriod = notNegative("killGracePeriod", grace);
            return this;
        }

        /** Sets after which time the task is ended and has failed. */
        public Builder maxCompletionTime(Duration time) {
            this.maxCompletionTime = notNegative("maxCompletionTime", time);
            return this;
        }

        /** Sets how others may find the task. */
        public Builder discovery(DiscoveryInfo discovery) {
            this.discovery = requireNonNull(discovery, "discovery");
            return this;
        }

        /**
         * Returns the task.
         *
         * @throws IllegalArgumentException if there is no command or no resource
         */
        public TaskInfo build() {
            if (command == null) {
                throw new IllegalArgumentException("task " + id + " has no command: set shell(...) or command(...)");
            }
            Resources asked = resources.build();
            if (asked.isEmpty()) {
                throw new IllegalArgumentException("task " + id + " asks for no resources: set cpus(...) and mem(...)");
            }
            return new TaskInfo(this, new CommandInfo(shell, command, arguments, environment, user), asked);
        }

        private static Duration notNegative(String what, Duration duration) {
            if (duration.isNegative()) {
                throw new IllegalArgumentException(what + " is " + duration + ", it must not be negative");
            }
            return duration;
        }
    }
}
