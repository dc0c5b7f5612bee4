package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReignsTest {
    private long nowMs;
    private final Reigns reigns = new Reigns(() -> nowMs * 1_000_000);

    @Test
    void shouldTellWhoLedAndForHowLongNobodyDid() {
        assertThat(reigns.begin("n2")).isZero();
        nowMs += 12_345;
        reigns.finished();
        reigns.kill();
        nowMs += 80;
        // the connection breaks a little later, and brings what was on its way
        reigns.finished();
        reigns.lose();
        nowMs += 4;
        assertThat(reigns.begin("n3")).isEqualTo(84);
        reigns.again();
        reigns.again();
        for (int i = 0; i < 23; i++) {
            reigns.finished();
        }
        nowMs += 900;
        reigns.end();
        nowMs += 1;

        assertThat(reigns.table())
                .containsExactly(
                        "leader         for  finished  run again",
                        "n2       12,345 ms         1          0  killed",
                        "nobody       84 ms         1          0",
                        "n3          900 ms        23          2");
    }

    @Test
    void shouldTellOfALeaderThatWasOnlyLost() {
        reigns.lose();
        reigns.begin("a longer name");
        nowMs += 5;
        reigns.lose();
        nowMs += 6;
        reigns.begin("a longer name");
        reigns.end();

        assertThat(reigns.table())
                .containsExactly(
                        "leader                for  finished  run again",
                        "a longer name        5 ms         0          0",
                        "nobody               6 ms         0          0",
                        "a longer name        0 ms         0          0");
    }

    @Test
    void shouldLeaveAThirdOfTheTasksToTheNextLeader() {
        for (int tasks = 2; tasks <= 40; tasks++) {
            int before = Progress.beforeTheKill(tasks);

            assertThat((tasks - before) * 3).isGreaterThanOrEqualTo(tasks);
            assertThat(before).isGreaterThanOrEqualTo(Math.max(1, tasks / 3));
        }
    }
}
