package dev.polder.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;

/** Writes and closes without regard to their outcome: a failure shows as the end of the connection, which is handled there. */
final class Channels {

    private Channels() {}

    /** Writes without flushing. */
    static void write(Channel channel, Object message) {
        ChannelFuture unused = channel.write(message);
    }

    /** Closes, now or soon. */
    static void close(Channel channel) {
        ChannelFuture unused = channel.close();
    }
}
