package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalsTest {
    private final Refusals refusals = new Refusals("test", "m1:1");

    @Test
    void shouldBeWorthALineOncePerReasonUntilItIsOver() {
        assertThat(refusals.add("m2:1", "a")).isTrue();
        assertThat(refusals.add("m2:1", "a")).isFalse();
        assertThat(refusals.add("m2:1", "b")).isTrue();
        assertThat(refusals.add("m3:1", "a")).isTrue();

        refusals.over("m2:1");
        assertThat(refusals.add("m2:1", "a")).isTrue();
        assertThat(refusals.add("m3:1", "a")).isFalse();
    }

    @Test
    void shouldForgetWhatStrangersMakeUp() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(refusals.add("m2:1", "reason " + i)).isEqualTo(i < 16);
            assertThat(refusals.add("stranger " + i, "reason")).isEqualTo(i < 15);
        }
    }

    @Test
    void shouldKeepTheWordsOfOthersInOneLine() {
        assertThat(Refusals.oneLine("no\n\u001b[31mevent=\tall is lost, märz"))
                .isEqualTo("no  [31mevent= all is lost, märz");
    }
}
