package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboxTest {
    private final Inbox inbox = new Inbox(2);
    private final AgentLink link = new AgentLink() {
        @Override
        public void send(ToAgent.Builder frame) {}

        @Override
        public void close() {}
    };
    private final Command registering = new Command.AgentRegistering(link, Register.getDefaultInstance());
    private final Command closed = new Command.AgentClosed(link);

    @Test
    void shouldKeepTheClosingOfAConnectionBehindWhatCameOverIt() {
        inbox.offer(registering);
        inbox.offer(closed);

        assertThat(drain(10)).containsExactly(registering, closed);
    }

    @Test
    void shouldRefuseMoreThanItsMostButNeverAClosing() {
        assertThat(inbox.offer(registering)).isTrue();
        assertThat(inbox.offer(registering)).isTrue();

        assertThat(inbox.offer(registering)).isFalse();
        assertThat(inbox.offer(closed)).isTrue();

        assertThat(drain(1)).containsExactly(registering);
        assertThat(inbox.offer(registering)).isTrue();
        assertThat(inbox.offer(registering)).isFalse();
        assertThat(drain(10)).containsExactly(registering, closed, registering);
        assertThat(inbox.isEmpty()).isTrue();
    }

    private List<Command> drain(int max) {
        List<Command> taken = new ArrayList<>();
        assertThat(inbox.drainTo(taken, max)).isEqualTo(taken.size());
        return taken;
    }
}
