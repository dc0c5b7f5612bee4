package dev.polder.wire;

import dev.polder.wire.proto.Mesos.CheckInfo;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.TaskInfo;
import org.jspecify.annotations.Nullable;

/**
 * What the checks of a task must be like: as Mesos wants them, and such that somebody can do them. What is set beside the
 * kind that the type names does not matter.
 */
public final class CheckRules {
    private static final int PORT_MAX = 65_535;
    /** A hundred years of 365 days: more is as good as never. */
    private static final double SECONDS_MAX = 36_500.0 * 86_400;

    private CheckRules() {}

    /** Returns what is wrong with a task's checks, null if nothing is. */
    public static @Nullable String problem(TaskInfo task) {
        String problem = task.hasHealthCheck() ? problemOfHealth(task.getHealthCheck()) : null;
        return problem == null && task.hasCheck() ? problemOfCheck(task.getCheck()) : problem;
    }

    /** Returns the kind of a health check; frameworks older than the type set none. UNKNOWN if it cannot be told. */
    public static HealthCheck.Type typeOf(HealthCheck check) {
        if (check.hasType() || check.hasHttp() == check.hasCommand()) {
            return check.getType();
        }
        return check.hasHttp() ? HealthCheck.Type.HTTP : HealthCheck.Type.COMMAND;
    }

    private static @Nullable String problemOfHealth(HealthCheck check) {
        String problem = switch (typeOf(check)) {
            case COMMAND ->
                check.hasCommand()
                        ? problemOfCommand(check.getCommand(), "health check")
                        : notSet("command", "COMMAND health check");
            case HTTP -> check.hasHttp() ? problemOfHttp(check.getHttp()) : notSet("http", "HTTP health check");
            case TCP ->
                check.hasTcp()
                        ? problemOfPort(check.getTcp().getPort(), "TCP health check")
                        : notSet("tcp", "TCP health check");
            case UNKNOWN ->
                check.hasType() ? "'UNKNOWN' is not a valid health check type" : "HealthCheck must specify 'type'";
        };
        if (problem == null) {
            problem = problemOfSeconds("grace_period_seconds", check.getGracePeriodSeconds());
        }
        return problem == null
                ? problemOfTimes(check.getDelaySeconds(), check.getIntervalSeconds(), check.getTimeoutSeconds())
                : problem;
    }

    private static @Nullable String problemOfCheck(CheckInfo check) {
        String problem = switch (check.getType()) {
            case COMMAND ->
                check.hasCommand()
                        ? problemOfCommand(check.getCommand().getCommand(), "check")
                        : notSet("command", "COMMAND check");
            case HTTP ->
                check.hasHttp()
                        ? problemOfPage(
                                check.getHttp().getPort(), check.getHttp().getPath(), "HTTP check")
                        : notSet("http", "HTTP check");
            case TCP ->
                check.hasTcp() ? problemOfPort(check.getTcp().getPort(), "TCP check") : notSet("tcp", "TCP check");
            case UNKNOWN -> check.hasType() ? "'UNKNOWN' is not a valid check type" : "CheckInfo must specify 'type'";
        };
        return problem == null
                ? problemOfTimes(check.getDelaySeconds(), check.getIntervalSeconds(), check.getTimeoutSeconds())
                : problem;
    }

    private static String notSet(String field, String of) {
        return "Expecting '" + field + "' to be set for " + of;
    }

    private static @Nullable String problemOfCommand(CommandInfo command, String of) {
        if (!command.hasValue()) {
            return "Command " + of + " must contain " + (command.getShell() ? "'shell command'" : "'executable path'");
        }
        String problem = VariableRules.problem(command.getEnvironment());
        return problem == null ? null : "the command of the " + of + ": " + problem;
    }

    private static @Nullable String problemOfHttp(HealthCheck.HTTPCheckInfo http) {
        if (http.hasScheme()
                && !http.getScheme().equals("http")
                && !http.getScheme().equals("https")) {
            return "Unsupported HTTP health check scheme: '" + http.getScheme() + "'";
        }
        return problemOfPage(http.getPort(), http.getPath(), "HTTP health check");
    }

    private static @Nullable String problemOfPage(int port, String path, String of) {
        if (!path.isEmpty() && !path.startsWith("/")) {
            return "The path '" + path + "' of " + of + " must start with '/'";
        }
        return problemOfPort(port, of);
    }

    private static @Nullable String problemOfPort(int port, String of) {
        return port < 1 || port > PORT_MAX
                ? "port " + Integer.toUnsignedLong(port) + " of " + of + " is not within 1 to " + PORT_MAX
                : null;
    }

    private static @Nullable String problemOfTimes(double delay, double interval, double timeout) {
        String problem = problemOfSeconds("delay_seconds", delay);
        if (problem == null) {
            problem = problemOfSeconds("interval_seconds", interval);
        }
        return problem == null ? problemOfSeconds("timeout_seconds", timeout) : problem;
    }

    private static @Nullable String problemOfSeconds(String field, double seconds) {
        return seconds >= 0 && seconds <= SECONDS_MAX
                ? null
                : "Expecting '" + field + "' to be non-negative and at most " + (long) SECONDS_MAX + ", not " + seconds;
    }
}
