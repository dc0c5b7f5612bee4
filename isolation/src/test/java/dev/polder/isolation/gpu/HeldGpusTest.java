package dev.polder.isolation.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HeldGpusTest {
    private final ContainerId one = new ContainerId(UUID.randomUUID());
    private final ContainerId two = new ContainerId(UUID.randomUUID());
    private final HeldGpus gpus = new HeldGpus(List.of(3, 0, 1));

    @Test
    void shouldGiveNoneToTwo() throws IOException {
        assertThat(gpus.take(one, 2)).containsExactly(0, 1);
        assertThatThrownBy(() -> gpus.take(two, 2)).hasMessage("Requested 2 gpus but only 1 available");
        assertThat(gpus.take(two, 1)).containsExactly(3);

        gpus.release(one);

        assertThat(gpus.take(new ContainerId(UUID.randomUUID()), 2)).containsExactly(0, 1);
    }

    @Test
    void shouldKnowWhoHeldWhatBefore() throws IOException {
        gpus.hold(one, List.of(0, 9));

        assertThat(gpus.take(two, 2)).containsExactly(1, 3);
    }
}
