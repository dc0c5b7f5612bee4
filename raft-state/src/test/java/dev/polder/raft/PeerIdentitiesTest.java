package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.LossyDisk.Operation;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerIdentitiesTest {
    private LossyDisk disk = new LossyDisk();

    @Test
    void shouldKnowNobodyAtFirst() throws Exception {
        assertThat(PeerIdentities.open(disk).incarnation("m2:1")).isNull();
        assertThat(disk.names()).isEmpty();
    }

    @Test
    void shouldRememberThroughPowerLosses() throws Exception {
        Random random = new Random(4);
        for (int i = 2; i < 8; i++) {
            PeerIdentities.open(disk).remember("m" + i + ":1", "incarnation " + i);
            disk = disk.losePower(random);
        }
        PeerIdentities after = PeerIdentities.open(disk);
        for (int i = 2; i < 8; i++) {
            assertThat(after.incarnation("m" + i + ":1")).isEqualTo("incarnation " + i);
        }
    }

    @Test
    void shouldWriteOnlyWhatIsNew() throws Exception {
        PeerIdentities identities = PeerIdentities.open(disk);
        identities.remember("m2:1", "i");
        int syncs = disk.count(Operation.SYNC);
        identities.remember("m2:1", "i");
        assertThat(disk.count(Operation.SYNC)).isEqualTo(syncs);
    }

    @Test
    void shouldFailWhenItCannotRemember() throws Exception {
        PeerIdentities identities = PeerIdentities.open(disk);
        disk.failAt(Operation.RENAME, 1);
        assertThatThrownBy(() -> identities.remember("m2:1", "i"))
                .hasMessageContaining("peers file lossy/peers failed, so this member stops")
                .hasMessageContaining("planted");
    }

    @Test
    void shouldRefuseEveryFlippedBit() throws Exception {
        PeerIdentities.open(disk).remember("m2:1", "i");
        byte[] good = disk.read(PeerIdentities.FILE);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            disk.replace(PeerIdentities.FILE, bad);

            assertThatThrownBy(() -> PeerIdentities.open(disk))
                    .as("bit %d", bit)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("peers file lossy/peers: ")
                    .hasMessageEndingWith("so it does not start");
        }
    }
}
