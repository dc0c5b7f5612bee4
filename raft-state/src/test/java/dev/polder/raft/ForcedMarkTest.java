package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForcedMarkTest {
    private LossyDisk disk = new LossyDisk();

    private long found() throws IOException {
        try (ForcedMark mark = ForcedMark.open(disk)) {
            return mark.index();
        }
    }

    private void raise(long index) throws IOException {
        try (ForcedMark mark = ForcedMark.open(disk)) {
            mark.raise(index);
        }
    }

    @Test
    void shouldSayNothingWhereThereIsNoFile() throws Exception {
        assertThat(found()).isZero();
        assertThat(disk.names()).isEmpty();
    }

    @Test
    void shouldOutliveItsProcess() throws Exception {
        ForcedMark killed = ForcedMark.open(disk);
        killed.raise(7);
        killed.raise(9);
        killed.raise(8);

        disk = disk.killProcess();

        assertThat(found()).isEqualTo(9);
    }

    @Test
    void shouldForceNothingWhenItIsRaised() throws Exception {
        raise(5);

        assertThat(disk.count(LossyDisk.Operation.FORCE)).isZero();
        assertThat(disk.count(LossyDisk.Operation.SYNC)).isZero();
    }

    @Test
    void shouldSayNoMoreThanWhatItSaidAfterAPowerLoss() throws Exception {
        for (int seed = 0; seed < 50; seed++) {
            disk = new LossyDisk();
            raise(5);
            disk.sync();
            raise(6);

            disk = disk.losePower(new Random(seed));

            assertThat(found()).as("seed %d", seed).isIn(0L, 5L, 6L);
        }
    }

    @Test
    void shouldBeLoweredForGood() throws Exception {
        try (ForcedMark mark = ForcedMark.open(disk)) {
            mark.raise(9);
            disk.sync();
            mark.lower(4);
            mark.lower(6);
            assertThat(mark.index()).isEqualTo(4);
        }

        disk = disk.losePower(new Random(1));

        assertThat(found()).isEqualTo(4);
    }

    @Test
    void shouldBeForgottenForGood() throws Exception {
        raise(9);
        disk.sync();

        ForcedMark.forget(disk);
        ForcedMark.forget(disk);
        disk = disk.losePower(new Random(1));

        assertThat(disk.names()).isEmpty();
    }

    @Test
    void shouldNotBelieveWhatIsNotAsItWasWritten() throws Exception {
        raise(9);
        byte[] whole = disk.read(ForcedMark.FILE);
        for (int i = 0; i < whole.length * 8; i++) {
            byte[] flipped = whole.clone();
            flipped[i / 8] ^= (byte) (1 << i % 8);
            disk.replace(ForcedMark.FILE, flipped);
            assertThat(found()).as("bit %d", i).isZero();
        }
        for (int size = 0; size <= whole.length + 1; size++) {
            disk.replace(ForcedMark.FILE, Arrays.copyOf(whole, size));
            assertThat(found()).as("cut to %d", size).isEqualTo(size == whole.length ? 9 : 0);
        }
    }

    @Test
    void shouldRefuseALaterFormat() throws Exception {
        ByteBuffer longer = CheckedFile.body(2 * Long.BYTES).putLong(9).putLong(9);
        new CheckedFile(disk, ForcedMark.FILE, 0x504C_4452_4D41_524BL, 2, "").write(longer);

        assertThatThrownBy(() -> ForcedMark.open(disk))
                .hasMessage(
                        "forced file lossy/forced: format version is 2, this software knows up to 1; without it this"
                                + " member would not see that its log was cut, so it does not start");
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void shouldBeginAnewWhereItIsNotBelieved() throws Exception {
        raise(9);
        byte[] whole = disk.read(ForcedMark.FILE);
        disk.replace(ForcedMark.FILE, Arrays.copyOf(whole, whole.length + 1));

        raise(7);

        assertThat(found()).isEqualTo(7);
    }
}
