package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QuorumContactTest {
    private static final Duration OWN = Duration.ofMillis(500);

    private final ManualTime time = new ManualTime();
    private final QuorumContact contact = new QuorumContact(time, patient(Map.of()), OWN);

    private static PeerNetwork patient(Map<String, Duration> timeouts) {
        return new PeerNetwork() {
            @Override
            public CompletableFuture<PeerResponse> send(String to, PeerRequest request) {
                throw new AssertionError("nothing is sent");
            }

            @Override
            public @Nullable Duration electionTimeout(String member) {
                return timeouts.get(member);
            }
        };
    }

    private void ms(long ms) {
        time.advance(Duration.ofMillis(ms));
    }

    private void promise(String peer) {
        promiseTo(contact, peer);
    }

    @Test
    void shouldBeHeldFromThePromiseThatMakesAMajority() {
        contact.begin(List.of("b", "c", "d", "e"));
        assertThat(contact.isHeld()).as("votes are no promises").isFalse();
        contact.followed("b", contact.now());
        contact.followed("c", contact.now());
        assertThat(contact.isHeld()).as("they do not know the members").isFalse();
        promise("b");
        ms(100);
        assertThat(contact.isHeld()).isFalse();
        promise("c");
        assertThat(contact.isHeld()).isTrue();
        ms(399);
        assertThat(contact.isHeld()).isTrue();
        ms(1);
        assertThat(contact.isHeld()).as("the first promise is over").isFalse();
    }

    @Test
    void shouldCountFromWhenItWasSentWhatWasAnswered() {
        contact.begin(List.of("b"));
        long sent = contact.now();
        ms(300);
        contact.promised("b", sent);
        assertThat(contact.isHeld()).isTrue();
        ms(200);
        assertThat(contact.isHeld()).isFalse();
    }

    @Test
    void shouldCountNobodyForLongerThanItsOwnPatienceOrTheOthers() {
        QuorumContact mixed = new QuorumContact(
                time, patient(Map.of("hasty", Duration.ofMillis(200), "patient", Duration.ofSeconds(9))), OWN);
        for (String peer : List.of("hasty", "patient")) {
            mixed.begin(List.of(peer));
            mixed.promised(peer, mixed.now());
            ms(199);
            assertThat(mixed.isHeld()).isTrue();
            ms(1);
            assertThat(mixed.isHeld()).isEqualTo(peer.equals("patient"));
            ms(300);
            assertThat(mixed.isHeld()).isFalse();
        }
    }

    @Test
    void shouldForgetThePromiseOfAProcessThatDied() {
        contact.begin(List.of("b", "c"));
        ms(100);
        promise("b");
        contact.died("c");
        assertThat(contact.isHeld()).isTrue();
        contact.died("b");
        assertThat(contact.isHeld()).isFalse();
        assertThat(contact.silenceNanos()).as("that it did follow is still so").isZero();
    }

    /** No majority of the new list is without one of the old. */
    @Test
    void shouldStayHeldWhenTheListChanges() {
        contact.begin(List.of("b", "c"));
        promise("b");
        contact.change(List.of("b", "c", "d"));
        assertThat(contact.isHeld()).isTrue();
        promise("b");
        assertThat(contact.isHeld()).isTrue();
        ms(500);
        promise("b");
        assertThat(contact.isHeld()).as("one of three others is no majority").isFalse();
    }

    /** A majority of the third list may be without any of the first. */
    @Test
    void shouldNotStayHeldByAListThatWasReplacedTwice() {
        QuorumContact mixed = new QuorumContact(time, patient(Map.of("b", Duration.ofMillis(150))), OWN);
        mixed.begin(List.of("a", "b"));
        promiseTo(mixed, "a");
        promiseTo(mixed, "b");
        mixed.change(List.of("b"));
        promiseTo(mixed, "b");
        ms(149);
        assertThat(mixed.isHeld()).isTrue();
        mixed.change(List.of("b", "x"));
        assertThat(mixed.isHeld()).isTrue();
        ms(1);
        assertThat(mixed.isHeld()).as("b and x may elect another").isFalse();
    }

    private static void promiseTo(QuorumContact contact, String peer) {
        contact.promised(peer, contact.now());
    }

    @Test
    void shouldNotBeHeldAgainByADeathAfterTheLead() {
        contact.begin(List.of("b", "c"));
        promise("b");
        promise("c");
        contact.end();
        contact.died("b");
        assertThat(contact.isHeld()).isFalse();
    }

    /** The list without it may not be committed, and then it votes. */
    @Test
    void shouldForgetThePromiseOfOneThatIsRemovedAndDied() {
        contact.begin(List.of("b", "c"));
        promise("b");
        contact.change(List.of("c"));
        assertThat(contact.isHeld()).isTrue();
        contact.died("b");
        assertThat(contact.isHeld()).isFalse();
    }

    @Test
    void shouldBeginALeadWithoutThePromisesOfTheOneBefore() {
        contact.begin(List.of("b"));
        promise("b");
        contact.end();
        assertThat(contact.isHeld()).isFalse();
        contact.begin(List.of("b"));
        assertThat(contact.isHeld()).isFalse();
        contact.begin(List.of());
        contact.died("nobody");
        assertThat(contact.isHeld()).isFalse();
    }
}
