package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    void shouldLeadUntilAnEntryIsCommitted() {
        assertThat(Rehearsal.run("m1:1")).isTrue();
    }

    @Test
    void shouldBeOfNoConsequenceWhenItFails() {
        assertThat(Rehearsal.run("no address")).isFalse();
    }
}
