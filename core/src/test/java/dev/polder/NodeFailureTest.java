package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.agent.AgentProbe;
import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the host of a node hears when the node is at its end. */
@Tag("slow")
final class NodeFailureTest {
    private static final class OneTask implements Framework {
        @Override
        public void onOffers(SchedulerDriver driver, List<Offer> offers) {
            driver.accept(
                    offers.get(0), TaskInfo.builder("t").shell("true").cpus(0.1).build());
        }
    }

    @Test
    void shouldTellTheHostThatItClosedItself() {
        AgentProbe failing = new AgentProbe() {
            @Override
            public void endNotSent(TaskId task) {
                throw new IllegalStateException("planted");
            }
        };
        try (ClusterNode node =
                        ClusterNode.start(ClusterConfig.builder().name("doomed").build(), failing);
                FrameworkDriver driver = node.startFramework(new OneTask(), FrameworkConfig.named("one"))) {
            assertThatThrownBy(() -> node.closed().get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("node doomed: closed itself: ")
                    .hasMessageContaining("planted");
            assertThat(driver.frameworkId()).isPresent();
        }
    }

    @Test
    void shouldTellThatItWasClosed() {
        ClusterNode node = ClusterNode.start();
        assertThat(node.closed()).isNotDone();

        node.close();

        assertThat(node.closed()).isCompleted();
    }
}
