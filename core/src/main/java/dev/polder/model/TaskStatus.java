package dev.polder.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happened to a task, as an agent or the master tells it. Immutable. */
public final class TaskStatus {
    // the protocol has no field for these two, but their text is fixed
    private static final Pattern EXITED = Pattern.compile("(?:Command|Container) exited with status (\\d{1,9})");
    private static final Pattern SIGNALED = Pattern.compile("Command terminated with signal (.+)");

    /** Who says so, with the names and numbers of the protocol. */
    public enum Source {
        SOURCE_MASTER(0),
        SOURCE_AGENT(1),
        SOURCE_EXECUTOR(2);

        private final int number;

        Source(int number) {
            this.number = number;
        }

        /** Returns the protocol's number. */
        public int number() {
            return number;
        }

        /** Returns the source of that number, or nothing if this version does not know it. */
        public static Optional<Source> of(int number) {
            return Arrays.stream(values())
                    .filter(source -> source.number == number)
                    .findFirst();
        }
    }

    /** Why, with the names and numbers of the protocol. */
    public enum Reason {
        REASON_COMMAND_EXECUTOR_FAILED(0),
        REASON_CONTAINER_LAUNCH_FAILED(21),
        REASON_CONTAINER_LIMITATION(19),
        REASON_CONTAINER_LIMITATION_DISK(20),
        REASON_CONTAINER_LIMITATION_MEMORY(8),
        REASON_CONTAINER_PREEMPTED(17),
        REASON_CONTAINER_UPDATE_FAILED(22),
        REASON_MAX_COMPLETION_TIME_REACHED(33),
        REASON_EXECUTOR_REGISTRATION_TIMEOUT(23),
        REASON_EXECUTOR_REREGISTRATION_TIMEOUT(24),
        REASON_EXECUTOR_TERMINATED(1),
        REASON_EXECUTOR_UNREGISTERED(2),
        REASON_FRAMEWORK_REMOVED(3),
        REASON_GC_ERROR(4),
        REASON_INVALID_FRAMEWORKID(5),
        REASON_INVALID_OFFERS(6),
        REASON_IO_SWITCHBOARD_EXITED(27),
        REASON_MASTER_DISCONNECTED(7),
        REASON_RECONCILIATION(9),
        REASON_RESOURCES_UNKNOWN(18),
        REASON_AGENT_DISCONNECTED(10),
        REASON_AGENT_DRAINING(34),
        REASON_AGENT_REMOVED(11),
        REASON_AGENT_REMOVED_BY_OPERATOR(31),
        REASON_AGENT_REREGISTERED(32),
        REASON_AGENT_RESTARTED(12),
        REASON_AGENT_UNKNOWN(13),
        REASON_TASK_KILLED_DURING_LAUNCH(30),
        REASON_TASK_CHECK_STATUS_UPDATED(28),
        REASON_TASK_HEALTH_CHECK_STATUS_UPDATED(29),
        REASON_TASK_GROUP_INVALID(25),
        REASON_TASK_GROUP_UNAUTHORIZED(26),
        REASON_TASK_INVALID(14),
        REASON_TASK_UNAUTHORIZED(15),
        REASON_TASK_UNKNOWN(16);

        private static final Map<Integer, Reason> BY_NUMBER =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Reason::number, Function.identity()));

        private final int number;

        Reason(int number) {
            this.number = number;
        }

        /** Returns the protocol's number. */
        public int number() {
            return number;
        }

        /** Returns the reason of that number, or nothing if this version does not know it. */
        public static Optional<Reason> of(int number) {
            return Optional.ofNullable(BY_NUMBER.get(number));
        }
    }

    private final TaskId taskId;
    private final TaskState state;
    private final String message;
    private final @Nullable Source source;
    private final @Nullable Reason reason;
    private final @Nullable AgentId agentId;
    private final @Nullable String containerId;
    private final @Nullable Instant timestamp;
    private final @Nullable Boolean healthy;
    private final @Nullable Instant unreachableTime;
    private final @Nullable UpdateId updateId;

    private TaskStatus(Builder builder) {
        this.taskId = builder.taskId;
        this.state = builder.state;
        this.message = builder.message;
        this.source = builder.source;
        this.reason = builder.reason;
        this.agentId = builder.agentId;
        this.containerId = builder.containerId;
        this.timestamp = builder.timestamp;
        this.healthy = builder.healthy;
        this.unreachableTime = builder.unreachableTime;
        this.updateId = builder.updateId;
    }

    /** Returns a builder; frameworks need it in their tests only. */
    public static Builder builder(TaskId taskId, TaskState state) {
        return new Builder(taskId, state);
    }

    /** Returns whose state it is. */
    public TaskId taskId() {
        return taskId;
    }

    /** Returns the state; {@link TaskState#isTerminal()} tells whether it is the last. */
    public TaskState state() {
        return state;
    }

    /** Returns words for people, empty if there are none. */
    public String message() {
        return message;
    }

    /** Returns who says so; absent if it is not said, or in a word that this version does not know. */
    public Optional<Source> source() {
        return Optional.ofNullable(source);
    }

    /** Returns why; absent if it needs no reason, or has one that this version does not know. */
    public Optional<Reason> reason() {
        return Optional.ofNullable(reason);
    }

    /** Returns where the task is or was; absent if the master does not know. */
    public Optional<AgentId> agentId() {
        return Optional.ofNullable(agentId);
    }

    /** Returns the container that the task runs in; absent before there is one. */
    public Optional<String> containerId() {
        return Optional.ofNullable(containerId);
    }

    /** Returns when it happened, by the clock of who says so. */
    public Optional<Instant> timestamp() {
        return Optional.ofNullable(timestamp);
    }

    /** Returns what the task's health check says; absent if it has none or was not checked yet. */
    public Optional<Boolean> healthy() {
        return Optional.ofNullable(healthy);
    }

    /** Returns since when the agent cannot be reached; absent but for TASK_UNREACHABLE. */
    public Optional<Instant> unreachableTime() {
        return Optional.ofNullable(unreachableTime);
    }

    /** Returns the update's name; absent if it is sent only once and must not be acknowledged. */
    public Optional<UpdateId> updateId() {
        return Optional.ofNullable(updateId);
    }

    /** Returns the exit code of the task's command; absent if it did not end by itself. */
    public OptionalInt exitCode() {
        Matcher matcher = EXITED.matcher(message);
        return matcher.matches() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    /** Returns the name of the signal that ended the task's command, for instance {@code Killed}; absent if none did. */
    public Optional<String> signal() {
        Matcher matcher = SIGNALED.matcher(message);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskStatus that
                && taskId.equals(that.taskId)
                && state == that.state
                && message.equals(that.message)
                && source == that.source
                && reason == that.reason
                && Objects.equals(agentId, that.agentId)
                && Objects.equals(containerId, that.containerId)
                && Objects.equals(timestamp, that.timestamp)
                && Objects.equals(healthy, that.healthy)
                && Objects.equals(unreachableTime, that.unreachableTime)
                && Objects.equals(updateId, that.updateId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(taskId, state, message, timestamp, updateId);
    }

    /** Returns one line for people: {@code t1 TASK_LOST REASON_AGENT_REMOVED: words}. */
    @Override
    public String toString() {
        return taskId + " " + state + (reason == null ? "" : " " + reason) + (message.isEmpty() ? "" : ": " + message);
    }

    /** Collects what is said of a task. */
    public static final class Builder {
        private final TaskId taskId;
        private final TaskState state;
        private String message = "";
        private @Nullable Source source;
        private @Nullable Reason reason;
        private @Nullable AgentId agentId;
        private @Nullable String containerId;
        private @Nullable Instant timestamp;
        private @Nullable Boolean healthy;
        private @Nullable Instant unreachableTime;
        private @Nullable UpdateId updateId;

        private Builder(TaskId taskId, TaskState state) {
            this.taskId = requireNonNull(taskId, "taskId");
            this.state = requireNonNull(state, "state");
        }

        public Builder message(String message) {
            this.message = requireNonNull(message, "message");
            return this;
        }

        public Builder source(Source source) {
            this.source = requireNonNull(source, "source");
            return this;
        }

        public Builder reason(Reason reason) {
            this.reason = requireNonNull(reason, "reason");
            return this;
        }

        public Builder agentId(AgentId agentId) {
            this.agentId = requireNonNull(agentId, "agentId");
            return this;
        }

        public Builder containerId(String containerId) {
            this.containerId = requireNonNull(containerId, "containerId");
            return this;
        }

        public Builder timestamp(Instant timestamp) {
            this.timestamp = requireNonNull(timestamp, "timestamp");
            return this;
        }

        public Builder healthy(boolean healthy) {
            this.healthy = healthy;
            return this;
        }

        public Builder unreachableTime(Instant time) {
            this.unreachableTime = requireNonNull(time, "time");
            return this;
        }

        public Builder updateId(UpdateId updateId) {
            this.updateId = requireNonNull(updateId, "updateId");
            return this;
        }

        public TaskStatus build() {
            return new TaskStatus(this);
        }
    }
}
