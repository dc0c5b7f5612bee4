package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    void shouldLeadUntilAnEntryIsCommitted() {
        assertThat(Rehearsal.run("m1:1")).isTrue();
    }

    @Test
    void shouldNotBeginWhereThereIsTooMuchToDo() {
        Background full = new Background() {
            @Override
            public void execute(Runnable task) {
                throw new IllegalStateException("64 tasks wait");
            }

            @Override
            public void close() {}
        };

        assertThatCode(() -> Rehearsal.begin("m1:1", full)).doesNotThrowAnyException();
    }

    @Test
    void shouldBeOfNoConsequenceWhenItFails() {
        assertThat(Rehearsal.run("no address")).isFalse();
    }
}
