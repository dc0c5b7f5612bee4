package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes on the disk, against files that never change: who changes the format must read these all the same. */
class GoldenFilesTest {
    private static final String SEGMENT = "facts-00000000000000000001.log";
    private static final UUID UNIQUE = UUID.fromString("10111213-1415-1617-1819-1a1b1c1d1e1f");
    private static final SnapshotId SNAPSHOT = new SnapshotId(41, 3, UNIQUE);

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
                new MembersEntry(3, EntryKind.MEMBERS_1, MemberList.of(List.of("m1", "m2", "märz"))));
    }

    private void write(List<RaftLogEntry> entries) throws IOException {
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            for (RaftLogEntry entry : entries) {
                log.append(entry.term(), EntryCodec.kind(entry), EntryCodec.payload(entry));
                if (log.lastIndex() == 2) {
                    log.force();
                }
            }
            log.force();
        }
    }

    private void assertReads(List<RaftLogEntry> entries) throws IOException {
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, entries.size(), Floor.NONE, () -> {})) {
            LogCursor cursor = new LogCursor(log, 1);
            for (RaftLogEntry expected : entries) {
                LogEntry entry = cursor.next();
                assertThat(EntryCodec.decode(entry))
                        .hasSameClassAs(expected)
                        .usingRecursiveComparison()
                        .isEqualTo(expected);
                assertThat(entry.term()).isEqualTo(expected.term());
            }
            assertThat(cursor.hasNext()).isFalse();
        }
    }

    @Test
    void shouldWriteSegmentsAsEver() throws Exception {
        write(entries());

        byte[] golden = golden("segment-1");
        byte[] file = disk.read(SEGMENT);
        assertThat(hex(Arrays.copyOf(file, golden.length))).isEqualTo(hex(golden));
        assertThat(Arrays.copyOfRange(file, golden.length, file.length)).containsOnly(0);
    }

    @Test
    void shouldReadSegmentsAsEver() throws Exception {
        disk.replace(SEGMENT, golden("segment-1"));

        assertReads(entries());
    }

    private static List<RaftLogEntry> laterEntries() {
        return List.of(
                new TimeEntry(1, 65_539),
                new MembersEntry(
                        3,
                        new MemberList(
                                new GroupId(UNIQUE),
                                258,
                                List.of(new GroupMember("m1", "i7"), new GroupMember("märz", "")))));
    }

    @Test
    void shouldWriteTimeAndMembersAsEver() throws Exception {
        write(laterEntries());

        assertThat(hex(Arrays.copyOf(disk.read(SEGMENT), golden("segment-2").length)))
                .isEqualTo(hex(golden("segment-2")));
    }

    @Test
    void shouldReadTimeAndMembersAsEver() throws Exception {
        disk.replace(SEGMENT, golden("segment-2"));

        assertReads(laterEntries());
    }

    @Test
    void shouldWriteTermsAsEver() throws Exception {
        TermStore terms = TermStore.create(disk, "märz", List.of("m1", "m2", "märz"));
        terms.enter(258);
        terms.raiseCommitted(65_539);
        terms.voteIn(terms.term(), "m2");
        terms.removed(65_540);

        assertThat(hex(disk.read(TermStore.FILE))).isEqualTo(hex(golden("term-2")));
    }

    @Test
    void shouldReadTermsAsEver() throws Exception {
        assertThat(terms("term-2").self()).isEqualTo("märz");
        assertThat(terms("term-2").removedIndex()).isEqualTo(65_540);
        assertThat(terms("term-1").removedIndex()).isZero();
        assertThat(terms("term-1").self())
                .as("what is asked, for it does not say")
                .isEqualTo("m2");
    }

    private TermStore terms(String name) throws Exception {
        disk.replace(TermStore.FILE, golden(name));
        TermStore terms = TermStore.open(disk, "m2");
        assertThat(terms.term()).isEqualTo(258);
        assertThat(terms.vote()).isEqualTo("m2");
        assertThat(terms.committedIndex()).isEqualTo(65_539);
        assertThat(terms.members()).containsExactly("m1", "m2", "märz");
        return terms;
    }

    @Test
    void shouldMarkAMemberOnProbationAsEver() throws Exception {
        Probation.mark(disk, "cut, märz");
        assertThat(hex(disk.read(Probation.FILE))).isEqualTo(hex(golden("probation-1")));
        assertThat(Probation.open(disk).toVoting()).endsWith(": cut, märz");
    }

    @Test
    void shouldMarkWhatWasForcedAsEver() throws Exception {
        try (ForcedMark mark = ForcedMark.open(disk)) {
            mark.raise(65_539);
        }
        assertThat(hex(disk.read(ForcedMark.FILE))).isEqualTo(hex(golden("forced-1")));
        try (ForcedMark mark = ForcedMark.open(disk)) {
            assertThat(mark.index()).isEqualTo(65_539);
        }
    }

    private static SnapshotHead snapshotHead() {
        return new SnapshotHead(
                new SnapshotId(65_539, 258, UNIQUE),
                1_000,
                7,
                new MemberList(
                        new GroupId(UNIQUE), 3, List.of(new GroupMember("m1", "i7"), new GroupMember("märz", ""))));
    }

    @Test
    void shouldWriteSnapshotsAsEver() throws Exception {
        try (DiskFile file = disk.create("snapshot")) {
            SnapshotOutput out = new SnapshotOutput(file, snapshotHead());
            out.write(Members.bytes("polder"));
            out.finish();
        }

        assertThat(hex(disk.read("snapshot"))).isEqualTo(hex(golden("snapshot-1")));
    }

    @Test
    void shouldReadSnapshotsAsEver() throws Exception {
        disk.replace("snapshot", golden("snapshot-1"));

        SnapshotFile file = SnapshotFile.open(disk, "snapshot");
        assertThat(file.head()).isEqualTo(snapshotHead());
        try (SnapshotInput in = new SnapshotInput(file, disk.open("snapshot"))) {
            assertThat(Members.text(in.readAllBytes())).isEqualTo("polder");
        }
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

    @Test
    void shouldCountStartsAsEver() throws Exception {
        StartCount.next(disk);
        assertThat(hex(disk.read(StartCount.FILE))).isEqualTo(hex(golden("starts-1")));

        disk.replace(StartCount.FILE, golden("starts-1"));
        assertThat(StartCount.next(disk)).isEqualTo(2);
    }

    private static byte[] members(String name) {
        return EntryCodec.payload(new MembersEntry(7, EntryKind.MEMBERS_1, MemberList.of(List.of(name))));
    }

    private static Introduction introduction(String member) {
        return new Introduction(
                member,
                List.of("m1:1", "märz:2"),
                "c1",
                "i7",
                -2,
                "http://m",
                new GroupId(UNIQUE),
                3,
                true,
                65_539,
                700);
    }

    private static List<LogEntry> sent() {
        return List.of(
                new LogEntry(42, 3, EntryKind.FACTS, Members.bytes("polder")),
                new LogEntry(
                        43, 7, EntryKind.INITIALIZE, EntryCodec.payload(new InitializeEntry(7, 1_700_000_000_000L))),
                new LogEntry(44, 7, EntryKind.MEMBERS_1, members("m1")));
    }

    private static byte[] from(int first) {
        byte[] bytes = new byte[Greeting.PROOF_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }

    static Stream<Arguments> frames() {
        return Stream.of(greetings(), requests(), responses(), clients()).flatMap(kinds -> kinds);
    }

    private static Stream<Arguments> greetings() {
        return Stream.of(
                arguments("hello-2", 0, new Greeting.Hello(introduction("m1:1"), "märz:2")),
                arguments("welcome-2", 0, new Greeting.Welcome(introduction("märz:2"))),
                arguments("refused-1", 0, new Greeting.Refused("no, märz")),
                arguments("locate-2", 5, new Greeting.Locate()),
                arguments(
                        "located-2", 5, new Greeting.Located(258, "m1:1", "http://m", "c1", List.of("m1:1", "märz:2"))),
                arguments("challenge-2", 0, new Greeting.Challenge(from(0), from(0x40))),
                arguments("proof-1", 0, new Greeting.Proof(from(0x40))));
    }

    private static Stream<Arguments> requests() {
        return Stream.of(
                arguments("append-1", 65_539, new PeerRequest.Append(7, "m1:1", 41, 3, 40, sent())),
                arguments("poll-1", 1, new PeerRequest.Poll(6, "m1:1", 41, 3)),
                arguments("vote-1", 2, new PeerRequest.Vote(7, "m1:1", 41, 3)),
                arguments("forced-vote-1", 2, new PeerRequest.ForcedVote(7, "m1:1", 41, 3)),
                arguments("timeout-now-2", 3, new PeerRequest.TimeoutNow(7, "m1:1", 44)),
                arguments("install-1", 4, new PeerRequest.Install(7, "m1:1", SNAPSHOT, 65_539)),
                arguments("fetch-1", 5, new PeerRequest.Fetch(7, "m1:1", SNAPSHOT, 258, 262_144)),
                arguments("catch-up-1", 6, new PeerRequest.CatchUp(7, "m1:1")),
                arguments("removed-1", 7, new PeerRequest.Removed(7, "m1:1", 44)));
    }

    private static Stream<Arguments> responses() {
        return Stream.of(
                arguments("appended-1", 65_539, new PeerResponse.Append(7, true, 44)),
                arguments("polled-1", 1, new PeerResponse.Poll(6, false)),
                arguments("voted-1", 2, new PeerResponse.Vote(7, true)),
                arguments("failed-1", 3, new PeerResponse.Failure("no, märz")),
                arguments("installing-1", 4, new PeerResponse.Installing(7, 40, 258)),
                arguments("piece-1", 5, new PeerResponse.Piece(7, 258, 0xfedcba98, Members.bytes("polder"))),
                arguments("caught-1", 6, new PeerResponse.Caught(7, 44)),
                arguments("done-1", 7, new PeerResponse.Done(7, true)));
    }

    private static Stream<Arguments> clients() {
        return Stream.of(
                arguments("client-hello-2", 0, new ClientMessage.Hello("c1", new GroupId(UNIQUE))),
                arguments("client-welcome-2", 0, new ClientMessage.Welcome("c1", new GroupId(UNIQUE), 7)),
                arguments("client-moved-1", 0, new ClientMessage.Moved(7, "m1:1")),
                arguments("client-members-1", 0, new ClientMessage.Members(List.of("m1:1", "märz:2"))),
                arguments("call-1", 65_539, new ClientMessage.Call(Members.bytes("polder"))),
                arguments("push-1", 0, new ClientMessage.Push(Members.bytes("polder"))));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void shouldSpeakAndUnderstandAsEver(String name, long requestId, WireMessage message) throws Exception {
        byte[] golden = golden("wire-" + name);
        WireFrame frame = new WireFrame(requestId, message);
        assertThat(hex(RawConnection.bytes(frame))).isEqualTo(hex(golden));

        ByteBuf bytes = Unpooled.wrappedBuffer(golden).skipBytes(WireCodec.LENGTH_BYTES);
        assertThat(WireCodec.decode(bytes)).usingRecursiveComparison().isEqualTo(frame);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello-1", "welcome-1", "locate-1"})
    void shouldRefuseTheProtocolOfTheFirstVersionInWords(String name) throws Exception {
        ByteBuf bytes = Unpooled.wrappedBuffer(golden("wire-" + name)).skipBytes(WireCodec.LENGTH_BYTES);
        assertThatThrownBy(() -> WireCodec.decode(bytes))
                .isInstanceOf(BadFrameException.class)
                .hasMessage("protocol version 1 was spoken, the other side knows 2");
    }

    @Test
    void shouldHaveAGoldenFileForEachKind() {
        assertThat(frames().map(frame -> ((WireMessage) frame.get()[2]).kind()))
                .containsExactlyInAnyOrder(MessageKind.values());
    }
}
