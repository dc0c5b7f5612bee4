package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random histories of all calls, legal and illegal, against the shadow. */
final class HistoryProperties {
    @Provide
    Arbitrary<List<Command>> histories() {
        return Command.histories();
    }

    @Property(tries = 1_000)
    void shouldDoWhatThePlainRulesSay(@ForAll("histories") List<Command> history) {
        Replay.play(history);
    }

    @Property(tries = 20)
    void shouldDoTheSameAgain(@ForAll("histories") List<Command> history) {
        Replay one = new Replay(Shadow.Bug.NONE);
        Replay other = new Replay(Shadow.Bug.NONE);

        history.forEach(one::play);
        history.forEach(other::play);

        assertThat(one.events).isEqualTo(other.events);
    }
}
