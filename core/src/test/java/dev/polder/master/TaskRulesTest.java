package dev.polder.master;

import static dev.polder.master.MasterFixture.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.model.AgentId;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.CheckInfo;
import dev.polder.wire.proto.Mesos.Environment;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Mesos master was recorded to launch and to refuse, of an offer to role r1 with 4 CPUs, 1024 MiB and 1000 ports. */
class TaskRulesTest {
    private static final AgentId AGENT = new AgentId("agent-1");
    private static final String ROLE = "r1";
    private static final Resources OFFERED = Resources.builder()
            .scalar("cpus", 4_000)
            .scalar("mem", 1_024_000)
            .scalar("disk", 2_048_000)
            .range("ports", 31_000, 31_999)
            .build();

    // ---- resources

    @Test
    void shouldLaunchWithPartOfTheOffer() {
        assertThat(launched(task(scalar("cpus", 0.5), scalar("mem", 32))))
                .isEqualTo(Resources.builder()
                        .scalar("cpus", 500)
                        .scalar("mem", 32_000)
                        .build());
        assertThat(launched(task(scalar("cpus", 0.5)))).isEqualTo(cpus(500));
        assertThat(launched(task(scalar("mem", 32))))
                .isEqualTo(Resources.builder().scalar("mem", 32_000).build());
    }

    @Test
    void shouldLaunchWithAllOfTheOffer() {
        assertThat(launched(task(scalar("cpus", 4), scalar("mem", 1024)))).isNotNull();
    }

    @Test
    void shouldCountInThousandths() {
        assertThat(launched(task(scalar("cpus", 0.001)))).isEqualTo(cpus(1));
        assertThat(launched(task(scalar("cpus", 0.0014999)))).isEqualTo(cpus(1));
        assertThat(launched(task(scalar("cpus", 0.25), scalar("cpus", 0.25)))).isEqualTo(cpus(500));
        assertThat(launched(task(scalar("cpus", 0), scalar("mem", 32))))
                .isEqualTo(Resources.builder().scalar("mem", 32_000).build());
    }

    @Test
    void shouldRefuseATaskWithoutResources() {
        assertThat(refused(task())).contains("'t1'").contains("no resources");
    }

    @Test
    void shouldRefuseMoreThanIsOffered() {
        assertThat(refused(task(scalar("cpus", 5), scalar("mem", 32))))
                .contains("needs")
                .contains("5")
                .contains("left of the offer");
        assertThat(refused(task(scalar("cpus", 0.5), scalar("foo", 1)))).contains("foo");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0.0001, Double.NaN, Double.POSITIVE_INFINITY, 1e300})
    void shouldRefuseAnAmountThatIsNone(double amount) {
        assertThat(refused(task(scalar("cpus", amount), scalar("mem", 32)))).contains("resource 'cpus'");
    }

    @Test
    void shouldRefusePartOfAGpu() {
        assertThat(refused(task(scalar("cpus", 0.5), scalar("gpus", 0.5))))
                .contains("gpus")
                .contains("whole number");
    }

    @Test
    void shouldRefuseAValueOfAnotherType() {
        assertThat(refused(task(Resource.newBuilder()
                        .setName("cpus")
                        .setType(Value.Type.SCALAR)
                        .setRanges(Value.Ranges.getDefaultInstance())
                        .build())))
                .contains("'cpus'")
                .contains("SCALAR");
    }

    @Test
    void shouldLaunchWithPortsOfTheOffer() {
        assertThat(launched(task(scalar("cpus", 0.5), ports(31_005, 31_006))))
                .isEqualTo(Resources.builder()
                        .scalar("cpus", 500)
                        .range("ports", 31_005, 31_006)
                        .build());
    }

    @Test
    void shouldRefusePortsThatAreNotOfferedOrNone() {
        assertThat(refused(task(ports(1, 2)))).contains("left of the offer");
        assertThat(refused(task(ports(31_005, 31_001)))).contains("begin");
        assertThat(refused(task(ports(31_000, 31_005, 31_003, 31_009)))).contains("overlaps");
    }

    @Test
    void shouldRefuseResourcesOfOthers() {
        assertThat(refused(task(scalar("cpus", 0.5).toBuilder()
                        .setAllocationInfo(Resource.AllocationInfo.newBuilder().setRole("zz"))
                        .build())))
                .contains("'zz'")
                .contains("'r1'");
        assertThat(refused(task(scalar("cpus", 0.5).toBuilder().setRole("r1").build())))
                .contains("reserved");
        assertThat(refused(task(scalar("cpus", 0.5).toBuilder()
                        .setRevocable(Resource.RevocableInfo.getDefaultInstance())
                        .build())))
                .contains("revocable");
    }

    @Test
    void shouldWriteTheAllocationIntoTheResources() {
        TaskRules.Verdict verdict = judge(task(scalar("cpus", 0.5)).build(), false);

        Resource resource = ((TaskRules.Verdict.Launchable) verdict).task().getResources(0);
        assertThat(resource.getAllocationInfo().getRole()).isEqualTo(ROLE);
    }

    // ---- identity

    @ParameterizedTest
    @ValueSource(strings = {"a b", "\u00e9", "-", "a:b"})
    void shouldLaunchTaskId(String id) {
        assertThat(launched(ok().setTaskId(MasterFixture.taskId(id)))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", ".", "..", "a\nb", "a\u007fb", "a\\b"})
    void shouldRefuseTaskId(String id) {
        assertThat(refused(ok().setTaskId(MasterFixture.taskId(id)))).startsWith("task_id '");
        assertThat(refused(ok().setTaskId(MasterFixture.taskId("x".repeat(256)))))
                .contains("256 bytes");
    }

    @Test
    void shouldRefuseATakenId() {
        TaskRules.Verdict verdict = judge(ok().build(), true);

        assertThat(((TaskRules.Verdict.Refused) verdict).why()).contains("'t1'").contains("already");
    }

    @Test
    void shouldRefuseATaskForAnotherAgent() {
        assertThat(refused(ok().setAgentId(Mesos.AgentID.newBuilder().setValue("other"))))
                .contains("'other'")
                .contains("'agent-1'");
    }

    @Test
    void shouldLaunchATaskWithoutAName() {
        assertThat(launched(ok().setName(""))).isNotNull();
    }

    // ---- what it runs

    @Test
    void shouldLaunchACommandThatSaysNothing() {
        // the agent then fails it, as a Mesos agent does
        assertThat(launched(ok().setCommand(Mesos.CommandInfo.getDefaultInstance())))
                .isNotNull();
    }

    @Test
    void shouldRefuseATaskThatRunsNothing() {
        assertThat(refused(ok().clearCommand())).contains("exactly one of 'command' and 'executor'");
    }

    @Test
    void shouldRefuseWhatIsNotSupportedYet() {
        Mesos.ExecutorInfo executor = Mesos.ExecutorInfo.newBuilder()
                .setExecutorId(Mesos.ExecutorID.newBuilder().setValue("e"))
                .build();

        assertThat(refused(ok().clearCommand().setExecutor(executor))).contains("executors are not supported yet");
    }

    @Test
    void shouldRefuseVariablesThatNoProcessCanHave() {
        assertThat(refused(with(Environment.Variable.newBuilder().setName("A"))))
                .contains("'A' has no value");
        assertThat(refused(
                        with(Environment.Variable.newBuilder().setName("A").setType(Environment.Variable.Type.SECRET))))
                .contains("'A' is a SECRET");
        assertThat(refused(with(Environment.Variable.newBuilder().setName("A=B").setValue("x"))))
                .contains("'A=B'");
        assertThat(refused(with(Environment.Variable.newBuilder().setName("").setValue("x"))))
                .contains("no usable name");
        assertThat(refused(with(Environment.Variable.newBuilder().setName("A").setValue("x\0y"))))
                .contains("contains NUL");
        assertThat(launched(with(Environment.Variable.newBuilder().setName("A").setValue(""))))
                .isNotNull();
    }

    @Test
    void shouldLaunchWithChecksOfEveryKind() {
        assertThat(launched(
                        ok().setHealthCheck(health(HealthCheck.Type.COMMAND)).setCheck(check(CheckInfo.Type.COMMAND))))
                .isNotNull();
        assertThat(launched(ok().setHealthCheck(health(HealthCheck.Type.HTTP)).setCheck(check(CheckInfo.Type.HTTP))))
                .isNotNull();
        assertThat(launched(ok().setHealthCheck(health(HealthCheck.Type.TCP)).setCheck(check(CheckInfo.Type.TCP))))
                .isNotNull();
        assertThat(launched(ok().setHealthCheck(health(HealthCheck.Type.TCP)
                        .setDelaySeconds(0)
                        .setIntervalSeconds(0)
                        .setTimeoutSeconds(0)
                        .setGracePeriodSeconds(0)
                        .setConsecutiveFailures(0))))
                .isNotNull();
    }

    @Test
    void shouldLaunchWithAnOldHealthCheckWhoseKindCanBeTold() {
        assertThat(launched(ok().setHealthCheck(
                                health(HealthCheck.Type.HTTP).clearType().clearCommand())))
                .isNotNull();
        assertThat(launched(ok().setHealthCheck(
                                health(HealthCheck.Type.HTTP).clearType().clearHttp())))
                .isNotNull();
    }

    @Test
    void shouldRefuseAHealthCheckOfNoKindOrOfTwo() {
        assertThat(refused(HealthCheck.newBuilder())).isEqualTo("task 't1': HealthCheck must specify 'type'");
        assertThat(refused(health(HealthCheck.Type.HTTP).clearType())).contains("HealthCheck must specify 'type'");
        assertThat(refused(health(HealthCheck.Type.UNKNOWN))).contains("'UNKNOWN' is not a valid health check type");
        assertThat(refused(health(HealthCheck.Type.COMMAND).clearCommand()))
                .contains("Expecting 'command' to be set for COMMAND health check");
        assertThat(refused(health(HealthCheck.Type.HTTP).clearHttp()))
                .contains("Expecting 'http' to be set for HTTP health check");
        assertThat(refused(health(HealthCheck.Type.TCP).clearTcp()))
                .contains("Expecting 'tcp' to be set for TCP health check");
    }

    @Test
    void shouldRefuseACheckOfNoKind() {
        assertThat(refused(CheckInfo.newBuilder())).isEqualTo("task 't1': CheckInfo must specify 'type'");
        assertThat(refused(check(CheckInfo.Type.UNKNOWN))).contains("'UNKNOWN' is not a valid check type");
        assertThat(refused(check(CheckInfo.Type.COMMAND).clearCommand()))
                .contains("Expecting 'command' to be set for COMMAND check");
        assertThat(refused(check(CheckInfo.Type.HTTP).clearHttp()))
                .contains("Expecting 'http' to be set for HTTP check");
        assertThat(refused(check(CheckInfo.Type.TCP).clearTcp())).contains("Expecting 'tcp' to be set for TCP check");
    }

    @Test
    void shouldRefuseACheckByACommandThatSaysNothingOrHasNoUsableVariables() {
        Mesos.CommandInfo nothing = Mesos.CommandInfo.getDefaultInstance();
        Mesos.CommandInfo odd = with(Environment.Variable.newBuilder()
                        .setName("A=B")
                        .setValue("x"))
                .getCommand();

        assertThat(refused(health(HealthCheck.Type.COMMAND).setCommand(nothing)))
                .contains("Command health check must contain 'shell command'");
        assertThat(refused(check(CheckInfo.Type.COMMAND)
                        .setCommand(CheckInfo.Command.newBuilder()
                                .setCommand(nothing.toBuilder().setShell(false)))))
                .contains("Command check must contain 'executable path'");
        assertThat(refused(health(HealthCheck.Type.COMMAND).setCommand(odd)))
                .isEqualTo("task 't1': the command of the health check: environment variable 'A=B' has no usable name: "
                        + "it must not be empty and not contain '=' or NUL");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65_536, -1})
    void shouldRefuseACheckOfWhatIsNoPort(int port) {
        String words = "port " + Integer.toUnsignedLong(port) + " of ";

        assertThat(refused(health(HealthCheck.Type.HTTP)
                        .setHttp(HealthCheck.HTTPCheckInfo.newBuilder().setPort(port))))
                .contains(words + "HTTP health check is not within 1 to 65535");
        assertThat(refused(health(HealthCheck.Type.TCP)
                        .setTcp(HealthCheck.TCPCheckInfo.newBuilder().setPort(port))))
                .contains(words + "TCP health check is not within 1 to 65535");
        assertThat(refused(check(CheckInfo.Type.HTTP)
                        .setHttp(CheckInfo.Http.newBuilder().setPort(port))))
                .contains(words + "HTTP check is not within 1 to 65535");
        assertThat(refused(check(CheckInfo.Type.TCP)
                        .setTcp(CheckInfo.Tcp.newBuilder().setPort(port))))
                .contains(words + "TCP check is not within 1 to 65535");
    }

    @Test
    void shouldRefuseACheckOfWhatIsNoPage() {
        assertThat(refused(health(HealthCheck.Type.HTTP)
                        .setHttp(HealthCheck.HTTPCheckInfo.newBuilder()
                                .setPort(80)
                                .setScheme("ftp"))))
                .contains("Unsupported HTTP health check scheme: 'ftp'");
        assertThat(refused(health(HealthCheck.Type.HTTP)
                        .setHttp(HealthCheck.HTTPCheckInfo.newBuilder()
                                .setPort(80)
                                .setPath("p"))))
                .contains("The path 'p' of HTTP health check must start with '/'");
        assertThat(refused(check(CheckInfo.Type.HTTP)
                        .setHttp(CheckInfo.Http.newBuilder().setPort(80).setPath("p"))))
                .contains("The path 'p' of HTTP check must start with '/'");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.5, Double.NaN, Double.POSITIVE_INFINITY, 1e300})
    void shouldRefuseTimesOfChecksThatAreNone(double seconds) {
        HealthCheck.Builder health = health(HealthCheck.Type.TCP);
        CheckInfo.Builder check = check(CheckInfo.Type.TCP);
        String words = " to be non-negative and at most 3153600000, not " + seconds;

        assertThat(refused(health.clone().setDelaySeconds(seconds))).contains("'delay_seconds'" + words);
        assertThat(refused(health.clone().setIntervalSeconds(seconds))).contains("'interval_seconds'" + words);
        assertThat(refused(health.clone().setTimeoutSeconds(seconds))).contains("'timeout_seconds'" + words);
        assertThat(refused(health.clone().setGracePeriodSeconds(seconds))).contains("'grace_period_seconds'" + words);
        assertThat(refused(check.clone().setDelaySeconds(seconds))).contains("'delay_seconds'" + words);
        assertThat(refused(check.clone().setIntervalSeconds(seconds))).contains("'interval_seconds'" + words);
        assertThat(refused(check.clone().setTimeoutSeconds(seconds))).contains("'timeout_seconds'" + words);
    }

    @Test
    void shouldRefuseLimitsThatNobodyWouldKeep() {
        TaskInfo.Builder limited = ok().putLimits(
                        "mem", Mesos.Value.Scalar.newBuilder().setValue(64).build());

        assertThat(refused(limited)).isEqualTo("task 't1': limits are not supported yet");
    }

    @Test
    void shouldRefuseNegativeTimes() {
        Mesos.DurationInfo negative =
                Mesos.DurationInfo.newBuilder().setNanoseconds(-1).build();

        assertThat(refused(ok().setKillPolicy(Mesos.KillPolicy.newBuilder().setGracePeriod(negative))))
                .contains("kill_policy.grace_period -1 ns is negative");
        assertThat(refused(ok().setMaxCompletionTime(negative))).contains("max_completion_time -1 ns is negative");
        assertThat(launched(ok().setMaxCompletionTime(
                                Mesos.DurationInfo.newBuilder().setNanoseconds(0))))
                .isNotNull();
    }

    // ---- words

    private static TaskInfo.Builder ok() {
        return task(scalar("cpus", 0.5), scalar("mem", 32));
    }

    private static TaskInfo.Builder task(Resource... resources) {
        TaskInfo.Builder task = MasterFixture.task(
                "t1", Mesos.AgentID.newBuilder().setValue(AGENT.value()).build(), Resources.EMPTY);
        for (Resource resource : resources) {
            task.addResources(resource);
        }
        return task;
    }

    private static TaskInfo.Builder with(Environment.Variable.Builder variable) {
        return ok().setCommand(Mesos.CommandInfo.newBuilder()
                .setValue("true")
                .setEnvironment(Environment.newBuilder().addVariables(variable)));
    }

    /** One that has all that any type needs. */
    private static HealthCheck.Builder health(HealthCheck.Type type) {
        return HealthCheck.newBuilder()
                .setType(type)
                .setCommand(Mesos.CommandInfo.newBuilder().setValue("true"))
                .setHttp(HealthCheck.HTTPCheckInfo.newBuilder()
                        .setPort(80)
                        .setScheme("https")
                        .setPath("/p"))
                .setTcp(HealthCheck.TCPCheckInfo.newBuilder().setPort(65_535));
    }

    /** One that has all that any type needs. */
    private static CheckInfo.Builder check(CheckInfo.Type type) {
        return CheckInfo.newBuilder()
                .setType(type)
                .setCommand(CheckInfo.Command.newBuilder()
                        .setCommand(Mesos.CommandInfo.newBuilder().setValue("true")))
                .setHttp(CheckInfo.Http.newBuilder().setPort(1).setPath("/p"))
                .setTcp(CheckInfo.Tcp.newBuilder().setPort(65_535));
    }

    private static String refused(HealthCheck.Builder check) {
        return refused(ok().setHealthCheck(check));
    }

    private static String refused(CheckInfo.Builder check) {
        return refused(ok().setCheck(check));
    }

    private static Resource scalar(String name, double value) {
        return Resource.newBuilder()
                .setName(name)
                .setType(Value.Type.SCALAR)
                .setScalar(Value.Scalar.newBuilder().setValue(value))
                .build();
    }

    private static Resource ports(long... bounds) {
        Value.Ranges.Builder ranges = Value.Ranges.newBuilder();
        for (int i = 0; i < bounds.length; i += 2) {
            ranges.addRange(Value.Range.newBuilder().setBegin(bounds[i]).setEnd(bounds[i + 1]));
        }
        return Resource.newBuilder()
                .setName("ports")
                .setType(Value.Type.RANGES)
                .setRanges(ranges)
                .build();
    }

    private static Resources launched(TaskInfo.Builder task) {
        TaskRules.Verdict verdict = judge(task.build(), false);
        assertThat(verdict).isInstanceOf(TaskRules.Verdict.Launchable.class);
        return ((TaskRules.Verdict.Launchable) verdict).resources();
    }

    private static String refused(TaskInfo.Builder task) {
        TaskRules.Verdict verdict = judge(task.build(), false);
        assertThat(verdict).isInstanceOf(TaskRules.Verdict.Refused.class);
        return ((TaskRules.Verdict.Refused) verdict).why();
    }

    private static TaskRules.Verdict judge(TaskInfo task, boolean taken) {
        return TaskRules.judge(task, AGENT, ROLE, OFFERED, taken);
    }
}
