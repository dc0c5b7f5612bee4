package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member answers to appends, however much of its log is on the disk only. */
class AppendAnswersTest {
    private static final List<String> MEMBERS = List.of("m1:1", "m2:1", "m3:1");
    private static final int ENTRIES = 20_000;

    @TempDir
    Path directory;

    private final LossyDisk disk = new LossyDisk();

    private ManualMember member() throws Exception {
        return ManualMember.first(disk, directory, MEMBERS, new ManualTime()).begin();
    }

    /** Leaves a log of one leader's entries, none of which is known to be committed. */
    private void fill() throws Exception {
        try (ManualMember member = member()) {
            member.context.follow("m2:1", 2);
            for (int i = 0; i < ENTRIES; i++) {
                member.log.append(2, EntryKind.FACTS, new byte[1_000]);
            }
            member.log.force();
        }
    }

    private static PeerResponse append(ManualMember member, PeerRequest.Append request) {
        return member.core.answers().answer(request);
    }

    @Test
    void shouldPassOverALongTailOfAnotherLeaderWithoutReadingIt() throws Exception {
        fill();
        try (ManualMember member = member()) {
            int before = disk.reads();

            PeerResponse answer = append(member, new PeerRequest.Append(3, "m3:1", ENTRIES, 3, 0, List.of()));

            assertThat(answer).isEqualTo(new PeerResponse.Append(3, false, 0));
            assertThat(disk.reads()).isEqualTo(before);
        }
    }

    @Test
    void shouldSeeThatItHasWhatIsSentAgainWithoutReadingIt() throws Exception {
        fill();
        try (ManualMember member = member()) {
            List<LogEntry> again = new ArrayList<>();
            for (int i = 1; i <= 1_000; i++) {
                again.add(new LogEntry(i, 2, EntryKind.FACTS, new byte[1_000]));
            }
            int before = disk.reads();

            PeerResponse answer = append(member, new PeerRequest.Append(3, "m3:1", 0, 0, 0, again));

            assertThat(answer).isEqualTo(new PeerResponse.Append(3, true, 1_000));
            assertThat(disk.reads()).isEqualTo(before);
        }
    }

    @Test
    void shouldSayWhoDeposedIt() throws Exception {
        try (ManualMember lone =
                new ManualMember(new LossyDisk(), directory, List.of("m1:1"), Members.PROPOSAL_BYTES_MAX)) {
            lone.begin();
            assertThat(lone.context.leadingTerm()).isEqualTo(1);

            append(lone, new PeerRequest.Append(5, "m9:1", 0, 0, 0, List.of()));

            assertThat(lone.context.lastLoss()).isEqualTo("term 1: m9:1 leads term 5");
        }
    }
}
