package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes on the disk, against files that never change: who changes the format must read these all the same. */
class GoldenFilesTest {
    private static final String SEGMENT = "facts-00000000000000000001.log";

    private final LossyDisk disk = new LossyDisk();

    private static byte[] golden(String name) throws IOException {
        try (InputStream file = GoldenFilesTest.class.getResourceAsStream("/golden/" + name + ".hex")) {
            if (file == null) {
                throw new AssertionError("no golden file " + name);
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return HexFormat.of().parseHex(text.replaceAll("#.*|\\s", ""));
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static List<RaftLogEntry> entries() {
        return List.of(
                new InitializeEntry(1, 1_700_000_000_000L),
                new FactsEntry(1, Members.bytes("polder")),
                new FactsEntry(1, new byte[0]),
                new MembersEntry(3, List.of("m1", "m2", "märz")));
    }

    @Test
    void shouldWriteSegmentsAsEver() throws Exception {
        try (FactLog log = FactLog.open(disk, LogLimits.DEFAULT, 0, () -> {})) {
            for (RaftLogEntry entry : entries()) {
                log.append(entry.term(), EntryCodec.kind(entry), EntryCodec.payload(entry));
                if (log.lastIndex() == 2) {
                    log.force();
                }
            }
            log.force();
        }
        byte[] golden = golden("segment-1");
        byte[] file = disk.read(SEGMENT);
        assertThat(hex(Arrays.copyOf(file, golden.length))).isEqualTo(hex(golden));
        assertThat(Arrays.copyOfRange(file, golden.length, file.length)).containsOnly(0);
    }

    @Test
    void shouldReadSegmentsAsEver() throws Exception {
        disk.replace(SEGMENT, golden("segment-1"));

        try (FactLog log = FactLog.open(disk, LogLimits.DEFAULT, 4, () -> {})) {
            LogCursor cursor = new LogCursor(log, 1);
            for (RaftLogEntry expected : entries()) {
                LogEntry entry = cursor.next();
                RaftLogEntry decoded = EntryCodec.decode(entry);
                assertThat(decoded)
                        .hasSameClassAs(expected)
                        .usingRecursiveComparison()
                        .isEqualTo(expected);
                assertThat(entry.term()).isEqualTo(expected.term());
            }
            assertThat(cursor.hasNext()).isFalse();
        }
    }

    @Test
    void shouldWriteTermsAsEver() throws Exception {
        TermStore terms = TermStore.create(disk, List.of("m1", "m2", "märz"));
        terms.enter(258);
        terms.raiseCommitted(65_539);
        terms.voteIn(terms.term(), "m2");

        assertThat(hex(disk.read(TermStore.FILE))).isEqualTo(hex(golden("term-1")));
    }

    @Test
    void shouldReadTermsAsEver() throws Exception {
        disk.replace(TermStore.FILE, golden("term-1"));

        TermStore terms = TermStore.open(disk);
        assertThat(terms.term()).isEqualTo(258);
        assertThat(terms.vote()).isEqualTo("m2");
        assertThat(terms.committedIndex()).isEqualTo(65_539);
        assertThat(terms.members()).containsExactly("m1", "m2", "märz");
    }
}
