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

    /** Another call. */
    record Request(long number, @Nullable String streamId, Call call) implements Messages {}

    /** Its answer; to SUBSCRIBE number 0. */
    record Response(long number, int status, String text) implements Messages {}
}
