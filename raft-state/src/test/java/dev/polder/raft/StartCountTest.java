package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StartCountTest {
    private LossyDisk disk = new LossyDisk();

    @Test
    void shouldCountEachStartThroughPowerLosses() throws Exception {
        Random random = new Random(5);
        assertThat(StartCount.read(disk)).isZero();
        for (int start = 1; start < 8; start++) {
            assertThat(StartCount.next(disk)).isEqualTo(start);
            disk = disk.losePower(random);
            assertThat(StartCount.read(disk)).isEqualTo(start);
        }
    }

    @Test
    void shouldRefuseEveryFlippedBit() throws Exception {
        StartCount.next(disk);
        byte[] good = disk.read(StartCount.FILE);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            disk.replace(StartCount.FILE, bad);

            assertThatThrownBy(() -> StartCount.next(disk))
                    .as("bit %d", bit)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("starts file lossy/starts: ")
                    .hasMessageEndingWith("so it does not start");
        }
    }
}
