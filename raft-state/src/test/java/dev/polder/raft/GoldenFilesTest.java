package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    @Test
    void shouldKeepPeersAsEver() throws Exception {
        PeerIdentities written = PeerIdentities.open(disk);
        written.remember("m2:1", "i7");
        written.remember("märz:2", "i8");
        assertThat(hex(disk.read(PeerIdentities.FILE))).isEqualTo(hex(golden("peers-1")));

        disk.replace(PeerIdentities.FILE, golden("peers-1"));
        PeerIdentities read = PeerIdentities.open(disk);
        assertThat(read.incarnation("m2:1")).isEqualTo("i7");
        assertThat(read.incarnation("märz:2")).isEqualTo("i8");
    }

    private static Introduction introduction(String member) {
        return new Introduction(member, List.of("m1:1", "märz:2"), "c1", "i7", -2, "http://m");
    }

    private static List<LogEntry> sent() {
        return List.of(
                new LogEntry(42, 3, EntryKind.FACTS, Members.bytes("polder")),
                new LogEntry(
                        43, 7, EntryKind.INITIALIZE, EntryCodec.payload(new InitializeEntry(7, 1_700_000_000_000L))),
                new LogEntry(44, 7, EntryKind.MEMBERS, EntryCodec.payload(new MembersEntry(7, List.of("m1")))));
    }

    static Stream<Arguments> frames() {
        return Stream.of(
                arguments("hello", 0, new Greeting.Hello(introduction("m1:1"), "märz:2")),
                arguments("welcome", 0, new Greeting.Welcome(introduction("märz:2"))),
                arguments("refused", 0, new Greeting.Refused("no, märz")),
                arguments("locate", 5, new Greeting.Locate()),
                arguments("located", 5, new Greeting.Located(258, "m1:1", "http://m", "c1")),
                arguments("append", 65_539, new PeerRequest.Append(7, "m1:1", 41, 3, 40, sent())),
                arguments("poll", 1, new PeerRequest.Poll(6, "m1:1", 41, 3)),
                arguments("vote", 2, new PeerRequest.Vote(7, "m1:1", 41, 3)),
                arguments("appended", 65_539, new PeerResponse.Append(7, true, 44)),
                arguments("polled", 1, new PeerResponse.Poll(6, false)),
                arguments("voted", 2, new PeerResponse.Vote(7, true)),
                arguments("failed", 3, new PeerResponse.Failure("no, märz")));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void shouldSpeakAndUnderstandAsEver(String name, long requestId, WireMessage message) throws Exception {
        byte[] golden = golden("wire-" + name + "-1");
        WireFrame frame = new WireFrame(requestId, message);
        assertThat(hex(RawConnection.bytes(frame))).isEqualTo(hex(golden));

        ByteBuf bytes = Unpooled.wrappedBuffer(golden).skipBytes(WireCodec.LENGTH_BYTES);
        assertThat(WireCodec.decode(bytes)).usingRecursiveComparison().isEqualTo(frame);
    }

    @Test
    void shouldHaveAGoldenFileForEachKind() {
        assertThat(frames()).hasSameSizeAs(MessageKind.values());
    }
}
