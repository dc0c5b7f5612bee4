package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.ResourceText;
import dev.polder.offer.resource.Resources;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
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

    @Example
    void shouldSetNothingAsideForTasksThatWereLaunchedWithAnotherOfferThanTheirs() {
        Replay.play(List.of(
                with(Command.Kind.ADD_AGENT, 0, 0, ResourceText.parse("mem:32; ports:[0-1]", "*")),
                with(Command.Kind.ADD_AGENT, 0, 0, ResourceText.parse("mem:1024", "*")),
                with(Command.Kind.ADD_FRAMEWORK, 0, 1, Resources.EMPTY),
                with(Command.Kind.RUN, 0, 0, Resources.EMPTY),
                with(Command.Kind.SET_DEMANDS, 2, 1, Resources.EMPTY),
                with(Command.Kind.ACCEPT_ALL, 1, 0, Resources.EMPTY),
                with(Command.Kind.RUN, 0, 0, Resources.EMPTY)));
    }

    private static Command with(Command.Kind kind, int pick, int other, Resources amount) {
        return new Command(kind, pick, other, amount, 0);
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
