package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IncomingConnectionTest {
    private final RaftThread thread = new RaftThread("test-raft", failure -> {});

    @AfterEach
    void close() {
        thread.close();
    }

    @Test
    void shouldTakeNoMoreRequestsWhileAnswersAreNotRead() {
        WireParts parts = new WireParts(thread, null, null, null, null, new WireCounters(), null, null);
        IncomingConnection connection = new IncomingConnection(parts, null, null);
        EmbeddedChannel channel = new EmbeddedChannel();
        connection.install(channel, null);
        ChannelHandlerContext context = channel.pipeline().context(connection);

        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        connection.channelWritabilityChanged(context);
        assertThat(channel.config().isAutoRead()).isFalse();

        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        connection.channelWritabilityChanged(context);
        assertThat(channel.config().isAutoRead()).isTrue();
    }
}
