package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.ReplicatedLog;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a client may say at most: whatever it says must not be the end of a leader. */
class CallCodecTest {
    private static final LeaseId SESSION = new LeaseId(Long.MAX_VALUE);

    /** Returns a call with a request of so many bytes. */
    private static RecipeCall.Submit submit(int requestBytes) {
        int others = CommandCodec.encode(put(0)).length;
        byte[] request = CommandCodec.encode(put(requestBytes - others));
        assertThat(request).hasSize(requestBytes);
        return new RecipeCall.Submit(SESSION, Long.MAX_VALUE, Long.MAX_VALUE, Value.wrap(request));
    }

    private static Request put(int valueBytes) {
        return new Request.Transact(Txn.of(Op.put("k", Value.of(new byte[valueBytes]))));
    }

    @Test
    void shouldRefuseARequestForWhichNoEntryHasRoom() {
        byte[] call = CallCodec.encode(submit(RecipeCall.Submit.REQUEST_BYTES_MAX + 1));

        assertThatThrownBy(() -> CallCodec.decode(call))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("request of 1048449 bytes, at most 1048448");
    }

    @Test
    void shouldTakeTheLargestRequestAndHaveRoomForItInAnEntry() {
        RecipeCall.Submit largest = submit(RecipeCall.Submit.REQUEST_BYTES_MAX);

        assertThat(CallCodec.decode(CallCodec.encode(largest))).isEqualTo(largest);
        byte[] command = CommandCodec.call(
                largest.session(),
                largest.number(),
                largest.acknowledged(),
                largest.request().shared());
        assertThat(new EntryFrame(Long.MAX_VALUE, List.of(command)).encode())
                .hasSizeLessThanOrEqualTo(ReplicatedLog.ENTRY_BYTES_MAX);
    }
}
