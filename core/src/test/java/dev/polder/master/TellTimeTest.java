package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.model.Moment;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Mesos;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cluster's clock, where others than the master have something to say. */
class TellTimeTest {
    private static final Mesos.MasterInfo SELF =
            Mesos.MasterInfo.newBuilder().setId("m").setIp(1).setPort(5050).build();

    @Test
    void shouldGoOnWithTheNextLeaderFromTheTimeThatWasToldLast() {
        Master first = new Master(MasterConfig.DEFAULT);
        Turn elected = first.serving(1, new Moment(1_000, 0), SELF, "c");
        Turn told = first.tellTime(new Moment(61_000, 0));
        assertThat(told.clusterTimeMs()).isEqualTo(60_000);
        assertThat(told.effects()).isEmpty();

        Master second = new Master(MasterConfig.DEFAULT);
        second.apply(new Entry(elected.clusterTimeMs(), elected.facts()));
        // the recipes' commands of the same entry are none of the master's
        second.apply(new Entry(told.clusterTimeMs(), told.facts(), List.of(new byte[] {1})));
        assertThat(second.committedView(2).clusterTimeMs()).isEqualTo(60_000);
        second.serving(2, new Moment(5, 0), SELF, "d");
        assertThat(second.tellTime(new Moment(1_005, 0)).clusterTimeMs()).isEqualTo(61_000);
    }
}
