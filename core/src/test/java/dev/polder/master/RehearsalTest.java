package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.wire.proto.Mesos;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
    @Test
    void shouldGoThroughAllThatAFirstLeadershipGoesThrough() throws Exception {
        Mesos.MasterInfo introduction = Mesos.MasterInfo.newBuilder()
                .setId("m")
                .setIp(1)
                .setPort(5050)
                .setHostname("localhost")
                .build();

        int events = new Rehearsal(MasterConfig.DEFAULT, introduction).play();

        assertThat(events).as("a SUBSCRIBED and an OFFERS each time").isEqualTo(60);
    }
}
