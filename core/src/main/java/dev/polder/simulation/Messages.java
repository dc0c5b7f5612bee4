package dev.polder.simulation;

import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import org.jspecify.annotations.Nullable;

/** What travels between frameworks and masters; agents and masters exchange their frames as they are. */
sealed interface Messages {
    /** A framework's SUBSCRIBE, the first message of a stream's connection. */
    record Subscribe(Call call) implements Messages {}

    /** The stream is open, under this name. */
    record Opened(String streamId) implements Messages {}

    /** One event of the stream. */
    record Told(Event event) implements Messages {}

    /** An agent asks for a connection of frames, the first message of its connection. */
    record Upgrade() implements Messages {}

    /** It has it: from here on frames go both ways. */
    record Upgraded() implements Messages {}

    /** Another master leads, as far as this one knows; to SUBSCRIBE and to agents. */
    record Redirect(int master) implements Messages {}

    /** Another call. */
    record Request(long number, @Nullable String streamId, Call call) implements Messages {}

    /** Its answer; to SUBSCRIBE and to agents number 0. */
    record Response(long number, int status, String text) implements Messages {}
}
