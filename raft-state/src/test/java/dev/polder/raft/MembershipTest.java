package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final MemberList FIRST = MemberList.of(List.of("m1:1", "m2:1"));
    private static final MemberList SECOND = FIRST.with(new GroupMember("m3:1", "i3"));
    private static final MemberList THIRD = SECOND.without("m1:1");

    private final List<String> told = new ArrayList<>();
    private final Membership membership = Membership.of(FIRST);

    {
        membership.onChange(
                () -> told.add(membership.index() + " " + membership.current().names()));
    }

    @Test
    void shouldGoByTheNewestListAndBackWhenItIsCutOff() {
        membership.appended(5, SECOND);
        membership.appended(9, THIRD);
        assertThat(membership.current()).isEqualTo(THIRD);

        membership.truncated(9);
        membership.truncated(8);
        membership.truncated(4);
        assertThat(membership.current()).isEqualTo(FIRST);
        assertThat(told)
                .containsExactly("5 [m1:1, m2:1, m3:1]", "9 [m2:1, m3:1]", "5 [m1:1, m2:1, m3:1]", "0 [m1:1, m2:1]");
    }

    @Test
    void shouldSayWhoTheMembersWereAtAnEntry() {
        membership.appended(5, SECOND);
        membership.appended(9, THIRD);

        assertThat(membership.upTo(4)).isEqualTo(new Membership.Place(0, FIRST));
        assertThat(membership.upTo(5)).isEqualTo(new Membership.Place(5, SECOND));
        assertThat(membership.upTo(8)).isEqualTo(new Membership.Place(5, SECOND));
        assertThat(membership.upTo(9)).isEqualTo(new Membership.Place(9, THIRD));
    }

    @Test
    void shouldKeepWhatIsBehindAnInstalledSnapshotInTheLog() {
        membership.appended(5, SECOND);
        membership.appended(9, THIRD);

        membership.installed(7, new Membership.Place(5, SECOND), 12);
        assertThat(membership.index()).isEqualTo(9);
        membership.truncated(8);
        assertThat(membership.newest()).isEqualTo(new Membership.Place(5, SECOND));
    }

    @Test
    void shouldForgetALogThatASnapshotHasReplaced() {
        membership.appended(5, SECOND);
        membership.appended(9, THIRD);

        membership.installed(7, new Membership.Place(0, FIRST), 7);
        assertThat(membership.newest()).isEqualTo(new Membership.Place(0, FIRST));
    }

    @Test
    void shouldKnowThatItIsNoMemberAnyMoreUnlessALaterListHasIt() {
        assertThat(membership.hasSelf("m1:1")).isTrue();
        assertThat(membership.hasSelf("m3:1")).isFalse();
        membership.removed(5);
        assertThat(membership.hasSelf("m1:1")).isFalse();

        membership.appended(5, FIRST);
        assertThat(membership.hasSelf("m1:1")).isFalse();
        membership.appended(6, FIRST);
        assertThat(membership.hasSelf("m1:1")).isTrue();
    }

    /** Two leaders of a young group may each give it an id, of which one is undone. */
    @Test
    void shouldTakeNoGroupForItsOwnBeforeThatIsCommitted() {
        GroupId group = new GroupId(new UUID(1, 2));
        membership.appended(5, new MemberList(group, 0, SECOND.members()));
        membership.committed(4);
        assertThat(membership.committed().group()).isEqualTo(GroupId.NONE);

        membership.committed(5);
        assertThat(membership.committed().group()).isEqualTo(group);
        assertThat(membership.current().group()).isEqualTo(group);
    }
}
