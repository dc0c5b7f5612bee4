package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFilesTest {
    private static final SnapshotId ID = new SnapshotId(70, 3, new UUID(1, 2));
    private static final String NAME = SnapshotFiles.name(ID);

    private final LossyDisk disk = new LossyDisk();
    private final ManualThread thread = new ManualThread();

    private static SnapshotHead head(SnapshotId id) {
        return new SnapshotHead(id, 1_234, 5, MemberList.of(List.of("m1:1", "m2:1", "m3:1")));
    }

    private byte[] write(SnapshotId id, int size) throws IOException {
        byte[] state = new byte[size];
        new Random(size).nextBytes(state);
        try (DiskFile file = disk.create(SnapshotFiles.name(id))) {
            SnapshotOutput out = new SnapshotOutput(file, head(id));
            // in pieces of many sizes, and one byte alone
            for (int at = 0; at < size; ) {
                int some = Math.min(size - at, 1 + at % 70_000);
                out.write(state, at, some);
                at += some;
            }
            assertThat(out.finish()).isEqualTo(size);
        }
        disk.sync();
        return state;
    }

    private SnapshotFiles open() throws IOException {
        return SnapshotFiles.open(disk, new ManualTime(), thread, new OnThread(thread));
    }

    private byte[] read() throws IOException {
        SnapshotFiles files = open();
        SnapshotFile newest = files.newest();
        assertThat(newest).isNotNull();
        try (InstalledSnapshot snapshot = files.read(newest);
                InputStream in = snapshot.open()) {
            byte[] bytes = in.readAllBytes();
            assertThat(bytes).hasSize((int) snapshot.bytes());
            assertThat(newest.head()).isEqualTo(head(newest.id()));
            return bytes;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 262_135, 262_136, 262_137, 3 * 262_136, 1_000_000})
    void shouldReadWhatWasWritten(int size) throws Exception {
        byte[] state = write(ID, size);

        assertThat(read()).isEqualTo(state);
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void shouldNoticeEveryFlippedBit() throws Exception {
        byte[] state = write(ID, 40);
        byte[] good = disk.read(NAME);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            disk.replace(NAME, bad);

            assertThatThrownBy(this::read).as("bit %d", bit).isInstanceOf(IOException.class);
        }
        disk.replace(NAME, good);
        assertThat(read()).isEqualTo(state);
    }

    @Test
    void shouldRefuseEveryOtherLength() throws Exception {
        write(ID, 40);
        byte[] good = disk.read(NAME);
        for (int length = 0; length <= good.length + 30; length++) {
            if (length != good.length) {
                disk.replace(NAME, Arrays.copyOf(good, length));
                assertThatThrownBy(this::open)
                        .as("length %d", length)
                        .hasMessageStartingWith("snapshot file lossy/" + NAME)
                        .hasMessageEndingWith("so this member does not start");
            }
        }
    }

    @Test
    void shouldRefuseWhatANewerVersionWrote() throws Exception {
        write(ID, 40);
        byte[] file = disk.read(NAME);
        file[11] = 2;
        disk.replace(NAME, file);

        assertThatThrownBy(this::open).hasMessageContaining("format version is 2, this software knows up to 1");
    }

    @Test
    void shouldKeepTheNewestAndRemoveWhatIsOlderOrUnfinished() throws Exception {
        write(ID, 40);
        SnapshotId newer = new SnapshotId(100, 3, new UUID(5, 5));
        write(newer, 50);
        disk.create(SnapshotFiles.name(newer) + Disk.TEMPORARY).close();
        disk.create(SnapshotFiles.INCOMING).close();

        assertThat(open().entry()).isEqualTo(new Floor(100, 3));
        assertThat(disk.names()).containsExactlyInAnyOrder(SnapshotFiles.name(newer), SnapshotFiles.INCOMING);
    }

    /** One may be fetched while this member saves its own of the same entry. */
    @Test
    void shouldKeepOneOfTwoOfTheSameEntry() throws Exception {
        SnapshotId twin = new SnapshotId(ID.index(), ID.term(), new UUID(5, 5));
        byte[] state = write(ID, 40);
        SnapshotFiles files = open();
        write(twin, 50);

        files.adopt(SnapshotFile.open(disk, SnapshotFiles.name(twin)));
        thread.run();

        assertThat(disk.names()).containsExactly(NAME);
        try (InstalledSnapshot kept = files.read(files.newest());
                InputStream in = kept.open()) {
            assertThat(in.readAllBytes()).isEqualTo(state);
        }
    }

    @Test
    void shouldReadOneThatWasNamedWithoutItsId() throws Exception {
        byte[] state = write(ID, 40);
        disk.rename(NAME, "snapshot-00000000000000000070-00000000000000000003.snap");

        assertThat(read()).isEqualTo(state);
    }

    @Test
    void shouldKeepAnOlderOneAsLongAsItIsRead() throws Exception {
        write(ID, 40);
        SnapshotFiles files = open();
        InstalledSnapshot reading = files.read(files.newest());
        SnapshotId newer = new SnapshotId(100, 3, new UUID(5, 5));
        write(newer, 50);
        files.adopt(SnapshotFile.open(disk, SnapshotFiles.name(newer)));
        thread.run();
        try (InputStream in = reading.open()) {
            assertThat(in.readAllBytes()).hasSize(40);
        }
        reading.close();
        reading.close();
        thread.run();

        assertThat(disk.names()).containsExactly(SnapshotFiles.name(newer));
        assertThat(files.find(ID)).isNull();
        assertThatThrownBy(reading::open).hasMessageContaining("was closed");
    }

    @Test
    void shouldKeepAnOlderOneForSomeSecondsWhileItIsFetched() throws Exception {
        write(ID, 40);
        ManualTime time = new ManualTime();
        SnapshotFiles files = SnapshotFiles.open(disk, time, thread, new OnThread(thread));
        files.fetched(ID);
        SnapshotId newer = new SnapshotId(100, 3, new UUID(5, 5));
        write(newer, 50);
        files.adopt(SnapshotFile.open(disk, SnapshotFiles.name(newer)));
        thread.run();
        assertThat(files.find(ID)).isNotNull();
        assertThat(files.indexFetched()).isEqualTo(70);
        time.advance(Duration.ofSeconds(11));
        assertThat(files.indexFetched()).isEqualTo(Long.MAX_VALUE);
        SnapshotId newest = new SnapshotId(130, 3, new UUID(6, 6));
        write(newest, 50);
        files.adopt(SnapshotFile.open(disk, SnapshotFiles.name(newest)));
        thread.run();

        assertThat(files.find(ID)).isNull();
        assertThat(disk.names()).containsExactly(SnapshotFiles.name(newest));
    }
}
