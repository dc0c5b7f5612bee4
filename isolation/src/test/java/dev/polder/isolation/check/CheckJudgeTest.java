package dev.polder.isolation.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.check.CheckEvent.Health;
import dev.polder.isolation.check.CheckEvent.Result;
import dev.polder.isolation.check.CheckResult.Answered;
import dev.polder.isolation.check.CheckResult.Connected;
import dev.polder.isolation.check.CheckResult.Exited;
import dev.polder.isolation.check.CheckResult.Failed;
import dev.polder.isolation.check.CheckSpec.HealthRule;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckJudgeTest {
    private static final Exited GOOD = new Exited(0);
    private static final Exited BAD = new Exited(1);
    private static final long START_MS = -4_000;

    @Test
    void shouldWaitForTheDelayFromTheStartOfTheTask() {
        assertThat(health(false).dueMs()).isEqualTo(START_MS + 15_000);
    }

    @Test
    void shouldBeDueAtOnceWhenTheDelayIsOver() {
        assertThat(new CheckJudge(spec(), -60_000, 7, false).dueMs()).isEqualTo(7);
    }

    @Test
    void shouldCountTheIntervalFromTheEndOfACheck() {
        CheckJudge judge = health(false);

        judge.judge(20_000, GOOD);

        assertThat(judge.dueMs()).isEqualTo(30_000);
    }

    @Test
    void shouldEndACheckAfterItsTimeoutAndWithoutOneNever() {
        assertThat(health(false).deadlineMs(100)).isEqualTo(20_100);
        CheckSpec endless =
                new CheckSpec(spec().kind(), Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO, Optional.empty());
        assertThat(new CheckJudge(endless, 0, 0, false).deadlineMs(100)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldTellTheFirstSuccessAndNoFurtherOne() {
        CheckJudge judge = health(false);

        assertThat(judge.judge(20_000, GOOD)).contains(new Health(true, false));
        assertThat(judge.judge(30_000, GOOD)).isEmpty();
    }

    @Test
    void shouldIgnoreFailuresWithinTheGraceThatIsCountedFromTheStart() {
        CheckJudge judge = health(false);

        assertThat(judge.judge(6_000, BAD)).isEmpty();
        assertThat(judge.judge(6_001, BAD)).contains(new Health(false, false));
    }

    @Test
    void shouldCountFailuresWithinTheGraceAfterASuccess() {
        CheckJudge judge = health(false);
        judge.judge(1_000, GOOD);

        assertThat(judge.judge(2_000, BAD)).contains(new Health(false, false));
    }

    @Test
    void shouldTellEveryFailureAndHaveTheTaskKilledAfterThreeInARow() {
        CheckJudge judge = health(false);

        assertThat(judge.judge(20_000, BAD)).contains(new Health(false, false));
        assertThat(judge.judge(30_000, new Failed("late"))).contains(new Health(false, false));
        assertThat(judge.judge(40_000, BAD)).contains(new Health(false, true));
    }

    @Test
    void shouldCountAnewAfterARecovery() {
        CheckJudge judge = health(false);
        judge.judge(20_000, BAD);
        judge.judge(30_000, BAD);

        assertThat(judge.judge(40_000, GOOD)).contains(new Health(true, false));
        assertThat(judge.judge(50_000, BAD)).contains(new Health(false, false));
    }

    @Test
    void shouldGrantNoGraceToWhomAnEarlierProcessHasToldOf() {
        CheckJudge judge = health(true);

        assertThat(judge.judge(0, BAD)).contains(new Health(false, false));
        assertThat(judge.judge(1, BAD)).contains(new Health(false, false));
        assertThat(judge.judge(2, BAD)).contains(new Health(false, true));
    }

    @Test
    void shouldSayOnceMoreThatItIsWellAfterARestart() {
        CheckJudge judge = health(true);

        assertThat(judge.judge(0, GOOD)).contains(new Health(true, false));
        assertThat(judge.judge(1, GOOD)).isEmpty();
    }

    @Test
    void shouldTellAResultThatIsAnotherThanTheLast() {
        CheckJudge judge = new CheckJudge(unjudged(), 0, 0, false);

        assertThat(judge.judge(1, new Failed("late"))).isEmpty();
        assertThat(judge.judge(2, BAD)).contains(new Result(BAD));
        assertThat(judge.judge(3, BAD)).isEmpty();
        assertThat(judge.judge(4, GOOD)).contains(new Result(GOOD));
        assertThat(judge.judge(5, new Failed("a"))).contains(new Result(new Failed("a")));
        assertThat(judge.judge(6, new Failed("b"))).isEmpty();
    }

    @Test
    void shouldJudgeAsMesosDoes() {
        assertThat(new Answered(199).isHealthy()).isFalse();
        assertThat(new Answered(200).isHealthy()).isTrue();
        assertThat(new Answered(399).isHealthy()).isTrue();
        assertThat(new Answered(400).isHealthy()).isFalse();
        assertThat(new Connected(true).isHealthy()).isTrue();
        assertThat(new Connected(false).isHealthy()).isFalse();
        assertThat(new Exited(0).isHealthy()).isTrue();
        assertThat(new Exited(137).isHealthy()).isFalse();
        assertThat(new Failed("").isHealthy()).isFalse();
    }

    private static CheckJudge health(boolean isKnown) {
        return new CheckJudge(spec(), START_MS, 0, isKnown);
    }

    private static CheckSpec spec() {
        CheckSpec unjudged = unjudged();
        return new CheckSpec(
                unjudged.kind(),
                unjudged.delay(),
                unjudged.interval(),
                unjudged.timeout(),
                Optional.of(new HealthRule(Duration.ofSeconds(10), 3)));
    }

    private static CheckSpec unjudged() {
        return new CheckSpec(
                new CheckKind.Tcp(80, false),
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Optional.empty());
    }
}
