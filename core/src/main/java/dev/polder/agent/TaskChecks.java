package dev.polder.agent;

import dev.polder.isolation.attach.ContainerCommand;
import dev.polder.isolation.check.CheckKind;
import dev.polder.isolation.check.CheckResult;
import dev.polder.isolation.check.CheckSpec;
import dev.polder.isolation.check.CheckSpec.HealthRule;
import dev.polder.wire.CheckRules;
import dev.polder.wire.proto.Mesos.CheckInfo;
import dev.polder.wire.proto.Mesos.CheckStatusInfo;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.Environment;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The checks of a task: what it asks for in Mesos's words, and how their results are told in them. */
final class TaskChecks {
    private static final double NANOS_PER_SECOND = 1e9;

    private TaskChecks() {}

    static boolean has(TaskInfo task) {
        return task.hasHealthCheck() || task.hasCheck();
    }

    /**
     * Returns the checks of a task; none for most.
     *
     * @throws IllegalArgumentException if it asks for what nobody can do, in words that name it
     */
    static List<CheckSpec> of(TaskInfo task) {
        String problem = CheckRules.problem(task);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        List<CheckSpec> specs = new ArrayList<>();
        if (task.hasHealthCheck()) {
            specs.add(health(task.getHealthCheck()));
        }
        if (task.hasCheck()) {
            specs.add(check(task.getCheck()));
        }
        return specs;
    }

    private static CheckSpec health(HealthCheck check) {
        return new CheckSpec(
                healthKind(check),
                seconds(check.getDelaySeconds()),
                seconds(check.getIntervalSeconds()),
                seconds(check.getTimeoutSeconds()),
                Optional.of(new HealthRule(
                        seconds(check.getGracePeriodSeconds()), failuresMax(check.getConsecutiveFailures()))));
    }

    /** As with Mesos, none is as good as one. */
    private static int failuresMax(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : Math.max(1, unsigned);
    }

    private static CheckSpec check(CheckInfo check) {
        return new CheckSpec(
                checkKind(check),
                seconds(check.getDelaySeconds()),
                seconds(check.getIntervalSeconds()),
                seconds(check.getTimeoutSeconds()),
                Optional.empty());
    }

    private static CheckKind healthKind(HealthCheck check) {
        return switch (CheckRules.typeOf(check)) {
            case COMMAND -> command(check.getCommand());
            case HTTP -> {
                HealthCheck.HTTPCheckInfo http = check.getHttp();
                String scheme = http.hasScheme() ? http.getScheme() : "http";
                yield new CheckKind.Http(scheme, http.getPort(), http.getPath(), isIpv6(http.getProtocol()));
            }
            case TCP ->
                new CheckKind.Tcp(
                        check.getTcp().getPort(), isIpv6(check.getTcp().getProtocol()));
            case UNKNOWN -> throw new IllegalStateException("no rule has refused " + check);
        };
    }

    private static CheckKind checkKind(CheckInfo check) {
        return switch (check.getType()) {
            case COMMAND -> command(check.getCommand().getCommand());
            case HTTP ->
                new CheckKind.Http(
                        "http", check.getHttp().getPort(), check.getHttp().getPath(), false);
            case TCP -> new CheckKind.Tcp(check.getTcp().getPort(), false);
            case UNKNOWN -> throw new IllegalStateException("no rule has refused " + check);
        };
    }

    private static boolean isIpv6(NetworkInfo.Protocol protocol) {
        return protocol == NetworkInfo.Protocol.IPv6;
    }

    private static CheckKind command(CommandInfo command) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (Environment.Variable variable : command.getEnvironment().getVariablesList()) {
            environment.put(variable.getName(), variable.getValue());
        }
        List<String> arguments = command.getArgumentsList();
        return new CheckKind.Command(
                command.getShell()
                        ? new ContainerCommand("/bin/sh", List.of("-c", command.getValue()), environment)
                        : new ContainerCommand(
                                command.getValue(),
                                arguments.subList(Math.min(1, arguments.size()), arguments.size()),
                                environment));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * NANOS_PER_SECOND));
    }

    /** Returns what is told of a check before it has a result. */
    static CheckStatusInfo noResult(CheckInfo check) {
        CheckStatusInfo.Builder status = CheckStatusInfo.newBuilder().setType(check.getType());
        switch (check.getType()) {
            case COMMAND -> status.setCommand(CheckStatusInfo.Command.getDefaultInstance());
            case HTTP -> status.setHttp(CheckStatusInfo.Http.getDefaultInstance());
            case TCP -> status.setTcp(CheckStatusInfo.Tcp.getDefaultInstance());
            case UNKNOWN -> {
                // refused before
            }
        }
        return status.build();
    }

    /** Returns what is told of a check's result. */
    static CheckStatusInfo result(CheckInfo check, CheckResult result) {
        CheckStatusInfo.Builder status = noResult(check).toBuilder();
        if (result instanceof CheckResult.Exited exited) {
            status.getCommandBuilder().setExitCode(exited.code());
        } else if (result instanceof CheckResult.Answered answered) {
            status.getHttpBuilder().setStatusCode(answered.statusCode());
        } else if (result instanceof CheckResult.Connected connected) {
            status.getTcpBuilder().setSucceeded(connected.succeeded());
        }
        return status.build();
    }
}
