package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import dev.polder.framework.FrameworkConfig.Capability;
import dev.polder.model.AgentId;
import dev.polder.model.DiscoveryInfo;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CallsTest {
    private static final Offer OFFER = new Offer(
            new OfferId("o-1"),
            new FrameworkId("f-1"),
            new AgentId("a-1"),
            "host",
            InetSocketAddress.createUnresolved("host", 5051),
            "web",
            Resources.builder().scalar("cpus", 4_000).build(),
            List.of());

    @Test
    void shouldIntroduceAFrameworkWithSensibleDefaults() throws TextFormat.ParseException {
        FrameworkConfig config = FrameworkConfig.builder("f").user("alice").build();

        assertThat(Calls.subscribe(config, null, Set.of()))
                .isEqualTo(call("type: SUBSCRIBE subscribe { framework_info { user: 'alice' name: 'f'"
                        + " failover_timeout: 0 checkpoint: true roles: '*' capabilities { type: MULTI_ROLE }"
                        + " capabilities { type: PARTITION_AWARE } capabilities { type: TASK_KILLING_STATE } } }"));
    }

    @Test
    void shouldIntroduceAFrameworkWithAllItSays() throws TextFormat.ParseException {
        FrameworkConfig config = FrameworkConfig.builder("f")
                .user("alice")
                .roles("a", "b")
                .failoverTimeout(Duration.ofMillis(90_500))
                .capabilities(Set.of(Capability.REVOCABLE_RESOURCES))
                .hostname("h")
                .webUiUrl("http://h")
                .principal("p")
                .label("k", "v")
                .label("only", "")
                .build();

        assertThat(Calls.subscribe(config, new FrameworkId("f-1"), Set.of("b")))
                .isEqualTo(call("framework_id { value: 'f-1' } type: SUBSCRIBE subscribe { framework_info {"
                        + " user: 'alice' name: 'f' id { value: 'f-1' } failover_timeout: 90.5 checkpoint: true"
                        + " roles: 'a' roles: 'b' hostname: 'h' webui_url: 'http://h' principal: 'p'"
                        + " capabilities { type: MULTI_ROLE } capabilities { type: REVOCABLE_RESOURCES }"
                        + " labels { labels { key: 'k' value: 'v' } labels { key: 'only' } } }"
                        + " suppressed_roles: 'b' }"));
    }

    @Test
    void shouldLaunchATaskOnTheOffersAgentAndRole() throws TextFormat.ParseException {
        TaskInfo task = TaskInfo.builder("t-1")
                .name("web")
                .command("/bin/echo", "a b", "c")
                .environment("B", "2")
                .environment("A", "1")
                .user("bob")
                .cpus(0.1)
                .mem(32)
                .ports(31000, 31001)
                .label("k", "v")
                .killGracePeriod(Duration.ofSeconds(1))
                .maxCompletionTime(Duration.ofMinutes(1))
                .discovery(DiscoveryInfo.cluster("web", new DiscoveryInfo.Port(31000, "http", "tcp")))
                .build();

        assertThat(Calls.accept(List.of(OFFER), List.of(task), Filters.DEFAULT).build())
                .isEqualTo(call("type: ACCEPT accept { offer_ids { value: 'o-1' } operations { type: LAUNCH launch {"
                        + " task_infos { name: 'web' task_id { value: 't-1' } agent_id { value: 'a-1' }"
                        + " resources { name: 'cpus' type: SCALAR scalar { value: 0.1 }"
                        + " allocation_info { role: 'web' } }"
                        + " resources { name: 'mem' type: SCALAR scalar { value: 32 }"
                        + " allocation_info { role: 'web' } }"
                        + " resources { name: 'ports' type: RANGES ranges { range { begin: 31000 end: 31001 } }"
                        + " allocation_info { role: 'web' } }"
                        + " command { shell: false value: '/bin/echo' arguments: '/bin/echo' arguments: 'a b'"
                        + " arguments: 'c' environment { variables { name: 'B' value: '2' }"
                        + " variables { name: 'A' value: '1' } } user: 'bob' }"
                        + " kill_policy { grace_period { nanoseconds: 1000000000 } }"
                        + " labels { labels { key: 'k' value: 'v' } }"
                        + " discovery { visibility: CLUSTER name: 'web' ports { ports { number: 31000 name: 'http'"
                        + " protocol: 'tcp' } } }"
                        + " max_completion_time { nanoseconds: 60000000000 } } } } filters { refuse_seconds: 5 } }"));
    }

    @Test
    void shouldLaunchAShellLine() {
        TaskInfo task = TaskInfo.builder("t-1").shell("echo hi").cpus(1).build();

        assertThat(Calls.accept(List.of(OFFER), List.of(task), Filters.DEFAULT)
                        .getAccept()
                        .getOperations(0)
                        .getLaunch()
                        .getTaskInfos(0)
                        .getCommand())
                .satisfies(command -> {
                    assertThat(command.getShell()).isTrue();
                    assertThat(command.getValue()).isEqualTo("echo hi");
                    assertThat(command.getArgumentsCount()).isZero();
                });
    }

    @Test
    void shouldRefuseAnAcceptWithoutOffers() {
        assertThatThrownBy(() -> Calls.accept(List.of(), List.of(), Filters.DEFAULT))
                .hasMessageContaining("at least one");
    }

    @Test
    void shouldAcknowledgeOnlyWhatNeedsIt() {
        TaskStatus status =
                TaskStatus.builder(new TaskId("t"), TaskState.TASK_LOST).build();

        assertThat(Calls.acknowledge(status)).isNull();
    }

    private static Call call(String text) throws TextFormat.ParseException {
        return TextFormat.parse(text, Call.class);
    }
}
