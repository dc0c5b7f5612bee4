package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Constraints and filters over HTTP, on a real node: who does not want an agent leaves it to the next. */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class OfferEligibilityOnNodeTest {
    @Test
    void shouldPassOverThoseWhoDoNotWantTheAgent() throws Exception {
        try (ClusterNode node = ClusterNode.start(config -> config.attributes("rack:r1;level:7")
                .resources("cpus:2;mem:256;disk:0;ports:[31000-31001]")
                .minAllocatableResources("mem:64"))) {
            node.awaitReady(java.time.Duration.ofSeconds(30));
            InetSocketAddress master = node.masterAddress();
            String location = "//127.0.0.1:" + master.getPort();
            PlainFramework ofAnotherRack = new PlainFramework();
            PlainFramework large = new PlainFramework();
            PlainFramework fitting = new PlainFramework();

            ofAnotherRack.subscribe(location, "", constraint("{\"text_equals\":{\"value\":\"r2\"}}"));
            large.subscribe(location, minimum(3), "");
            fitting.subscribe(location, minimum(2), constraint("{\"text_matches\":{\"regex\":\"r[0-9]\"}}"));

            // one agent is one offer: had the others been asked, there would be nothing left
            Map<String, String> offer = fitting.next("OFFERS");
            assertThat(offer).containsEntry("hostname", node.config().advertise());
            assertThat(fitting.get(master, "/flags").body())
                    .contains("\"min_allocatable_resources\":\"mem:64\"")
                    .contains("\"offer_constraints_re2_max_mem\":\"4KB\"");
        }
    }

    private static String minimum(int cpus) {
        return ",\"offer_filters\":{\"*\":{\"min_allocatable_resources\":{\"quantities\":"
                + "[{\"quantities\":{\"cpus\":{\"value\":" + cpus + "}}}]}}}";
    }

    private static String constraint(String predicate) {
        return ",\"offer_constraints\":{\"role_constraints\":{\"*\":{\"groups\":[{\"attribute_constraints\":"
                + "[{\"selector\":{\"attribute_name\":\"rack\"},\"predicate\":" + predicate + "}]}]}}}";
    }
}
