package dev.polder.raft.history;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class HistoryLimitsTest {
    @Test
    void shouldRefuseLimitsThatDoNotFitEachOther() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HistoryLimits(0, 1, 1))
                .withMessage("recordsMax: 0, must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HistoryLimits(1, 0, 1))
                .withMessage("recordBytesMax: 0, must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HistoryLimits(5, 10, 9))
                .withMessage("bytesMax: 9, must be at least recordBytesMax=10 and recordsMax=5");
    }

    @Test
    void shouldRefuseWhoeverAsksAClosedHistory() {
        History history = History.inHeap(new HistoryLimits(1, 1, 1), "test", "a test");
        history.close();
        history.close();

        assertThatIllegalStateException().isThrownBy(() -> history.get(1)).withMessage("the history is closed");
    }
}
