package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.QueryEntry;
import io.atomix.storage.journal.Indexed;
import io.atomix.storage.journal.JournalReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as Atomix sees it. */
class PolderLogTest {
    @TempDir
    Path directory;

    private ManualMember member;
    private PolderLog log;
    private RaftLogWriter writer;

    @BeforeEach
    void open() throws Exception {
        member = new ManualMember(
                new LossyDisk(), directory, List.of("m1:1", "m2:1", "m3:1"), Members.PROPOSAL_BYTES_MAX);
        log = member.context.logView();
        writer = member.context.getLogWriter();
    }

    @AfterEach
    void close() throws Exception {
        member.close();
    }

    @Test
    void shouldHaveAPlaceholderBeforeTheFirstEntry() {
        Indexed<?> last = writer.getLastEntry();
        assertThat(last.index()).isZero();
        assertThat(writer.getLastEntry().entry().term()).isZero();
        assertThat(writer.getNextIndex()).isEqualTo(1);

        RaftLogReader reader = log.openReader(1);
        assertThat(reader.hasNext()).isFalse();
        assertThat(reader.getFirstIndex()).isEqualTo(1);
        assertThat(reader.getCurrentIndex()).isZero();
        assertThat(reader.getCurrentEntry().entry().term()).isZero();
    }

    @Test
    void shouldReadWhatWasAppended() {
        assertThat(writer.append(new InitializeEntry(1, 5)).index()).isEqualTo(1);
        writer.append(new Indexed<>(2, new FactsEntry(1, Members.bytes("a")), 0));
        assertThat(writer.append(new MembersEntry(2, MemberList.of(List.of("m1:1", "m2:1"))))
                        .size())
                .as("a sixteenth of 74")
                .isEqualTo(5);

        RaftLogReader reader = log.openReader(1, JournalReader.Mode.COMMITS);
        assertThat(((InitializeEntry) reader.next().entry()).timestamp()).isEqualTo(5);
        assertThat(((FactsEntry) reader.next().entry()).facts()).asString().isEqualTo("a");
        assertThat(reader.getCurrentEntry().index()).isEqualTo(2);
        assertThat(((MembersEntry) reader.next().entry()).members().names()).containsExactly("m1:1", "m2:1");
        assertThat(reader.hasNext()).isFalse();
        assertThat(writer.getLastEntry().entry().term()).isEqualTo(2);

        reader.reset(2);
        assertThat(reader.next().index()).isEqualTo(2);
        reader.reset();
        assertThat(reader.getNextIndex()).isEqualTo(1);
    }

    @Test
    void shouldTellWhichMembersTheLogLists() throws Exception {
        List<String> told = new ArrayList<>();
        Membership membership = Membership.of(MemberList.of(List.of("m1:1")));
        membership.onChange(
                () -> told.add(membership.index() + " " + membership.current().names()));
        RaftLogWriter telling = new PolderLog(AtomixAccess.find(), member.log, membership, member).writer();
        telling.append(new FactsEntry(1, new byte[0]));
        telling.append(new MembersEntry(1, MemberList.of(List.of("m1:1", "m2:1"))));
        telling.truncate(1);

        assertThat(told).containsExactly("2 [m1:1, m2:1]", "0 [m1:1]");
    }

    /** Atomix adds up what it is told until it has 32,768, and takes one entry more, which may have a megabyte. */
    @Test
    void shouldTellSizesSoThatEveryRequestFitsIntoAFrame() {
        int head = RawConnection.bytes(new WireFrame(1, new PeerRequest.Append(1, "m".repeat(255), 0, 0, 0, List.of())))
                .length;
        for (int size = 0; size < 3_000; size++) {
            LogEntry entry = new LogEntry(1, 1, EntryKind.FACTS, new byte[size]);
            int bytes = RawConnection.bytes(new WireFrame(
                                    1, new PeerRequest.Append(1, "m".repeat(255), 0, 0, 0, List.of(entry))))
                            .length
                    - head;
            int told = writer.append(new FactsEntry(1, entry.payload())).size();
            int requestMax = head + (32_768 - 1) / told * bytes + 14 + ReplicatedLog.ENTRY_BYTES_MAX;
            assertThat(requestMax).as("%d bytes of facts", size).isLessThan(WireConnection.MEMBER_FRAME_BYTES_MAX);
        }
        assertThat(2 * (512 << 10) + 2 * ReplicatedLog.ENTRY_BYTES_MAX)
                .as("what a peer may have open")
                .isLessThan(Dialer.WAITING_BYTES_MAX);
    }

    @Test
    void shouldMoveReadersBackWhenTheLogIsTruncated() {
        for (int i = 0; i < 5; i++) {
            writer.append(new FactsEntry(1, new byte[i]));
        }
        RaftLogReader reader = log.openReader(5);
        reader.next();
        writer.truncate(2);

        assertThat(reader.getNextIndex()).isEqualTo(3);
        writer.append(new FactsEntry(4, new byte[9]));
        assertThat(reader.next().entry().term()).isEqualTo(4);
    }

    @Test
    void shouldStopTheMemberWhenAtomixAsksForWhatMustNotBe() {
        writer.append(new FactsEntry(1, new byte[0]));
        writer.commit(1);
        assertThatThrownBy(() -> writer.truncate(0)).hasMessageContaining("would remove committed ones");
        assertThat(member.failure()).hasMessageContaining("would remove committed ones");

        assertThatThrownBy(() -> writer.reset(7)).hasMessageContaining("cannot begin with 7");
        assertThatThrownBy(() -> log.compact(1)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(log.isCompactable(1)).isFalse();
        writer.reset(1);
        assertThat(writer.getLastIndex()).isEqualTo(1);
    }

    @Test
    void shouldHaveNoPlaceForAtomixsOwnEntries() {
        assertThatThrownBy(() -> writer.append(new QueryEntry(1, 1, 1, 1, null)))
                .hasMessageContaining("QueryEntry has no place in this log");
        assertThat(member.failure()).isNotNull();
    }

    @Test
    void shouldSayWhichEntryHasMembersThatAreCutOff() {
        assertThatThrownBy(() -> EntryCodec.decode(new LogEntry(7, 1, EntryKind.MEMBERS_1, new byte[] {0, 1, 0, 5})))
                .hasMessage("entry 7: the members are cut off");
    }
}
