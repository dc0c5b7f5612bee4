package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a member talks to. */
class PeerBookTest {
    private static final GroupId GROUP = new GroupId(new UUID(1, 2));
    private static final MemberList YOUNG = MemberList.of(List.of("m1:1", "m2:1", "m3:1"));
    private static final MemberList CHANGED = list(GROUP, 1, "m1:1", "m2:1", "m3:1");

    private static MemberList list(GroupId group, long recoveries, String... names) {
        return new MemberList(
                group,
                recoveries,
                List.of(names).stream()
                        .map(name -> new GroupMember(name, "i of " + name))
                        .toList());
    }

    private static PeerBook book(String self, long index, MemberList list) throws Exception {
        PeerBook book = new PeerBook(
                self,
                new RaftPeers(List.of("m1:1", "m2:1", "m3:1"), new InetSocketAddress(0), "i of " + self, "", ""),
                Duration.ofMillis(500),
                1,
                PeerIdentities.open(new LossyDisk()));
        book.begin(new Membership(new Membership.Place(index, list)));
        return book;
    }

    private static Introduction other(String name, String incarnation, long index, MemberList list, boolean isJoining) {
        return new Introduction(
                name, list.names(), "", incarnation, 7, "", list.group(), list.recoveries(), isJoining, index, 700);
    }

    private static Introduction fresh(String name) {
        return other(name, "new", 0, YOUNG, true);
    }

    @Test
    void shouldTakeNoOtherIncarnationThanTheListSays() throws Exception {
        PeerBook book = book("m1:1", 9, CHANGED);
        assertThat(book.objection(other("m2:1", "i of m2:1", 9, CHANGED, false)))
                .isNull();
        assertThat(book.objection(other("m2:1", "new", 9, CHANGED, false)))
                .startsWith(
                        "member m2:1 came back without its disk: m1:1 knows it as incarnation i of m2:1, now it is new");
        assertThat(book.objection(other("m2:1", "new", 0, YOUNG, true)))
                .startsWith("member m2:1 came back without its disk");
    }

    /** That one was removed and has come back as somebody new, while this one was away. */
    @Test
    void shouldBelieveALaterListAboutWhoSomebodyIs() throws Exception {
        PeerBook book = book("m1:1", 9, CHANGED);
        assertThat(book.objection(other("m2:1", "new", 10, CHANGED, false))).isNull();
    }

    @Test
    void shouldPinWhoIsMetUnderANameOfTheFirstList() throws Exception {
        PeerBook book = book("m1:1", 0, YOUNG);
        Introduction met = other("m2:1", "i2", 0, YOUNG, false);
        assertThat(book.objection(met)).isNull();
        book.meet(met);
        assertThat(book.incarnation("m2:1")).isEqualTo("i2");
        assertThat(book.incarnation("m1:1")).isEqualTo("i of m1:1");
        assertThat(book.objection(other("m2:1", "i9", 0, YOUNG, false)))
                .startsWith("member m2:1 came back without its disk");
    }

    /** A member that was not met yet might come back without its disk, and with a vote that it has forgotten. */
    @Test
    void shouldTakeNoNewNodeUnderTheNameOfAMemberThatItHasNotMet() throws Exception {
        PeerBook book = book("m1:1", 0, YOUNG);
        assertThat(book.objection(fresh("m2:1")))
                .isEqualTo(
                        "m2:1 is one of the members of m1:1 already: as a new one it can come when that one is removed");
    }

    @Test
    void shouldTakeANewNodeOnlyWhileItIsBeingAdded() throws Exception {
        PeerBook book = book("m1:1", 9, CHANGED);
        assertThat(book.objection(fresh("m4:1")))
                .isEqualTo("m4:1 is none of the members of m1:1, which are [m1:1, m2:1, m3:1],"
                        + " and nobody adds it now");
        book.reach(Set.of("m2:1", "m3:1", "m4:1"));
        assertThat(book.objection(fresh("m4:1"))).isNull();
    }

    /** It may have been added by an entry that has not come here yet, and need this one's vote. */
    @Test
    void shouldTakeAMemberThatIsNotInItsList() throws Exception {
        PeerBook book = book("m1:1", 9, CHANGED);
        assertThat(book.objection(other("m4:1", "i4", 12, CHANGED.with(new GroupMember("m4:1", "i4")), false)))
                .isNull();
    }

    @Test
    void shouldTakeNobodyElseWhileNothingWasChanged() throws Exception {
        assertThat(book("m1:1", 0, YOUNG).objection(other("m4:1", "i4", 0, YOUNG, false)))
                .isEqualTo("m4:1 is none of the members of m1:1, which are [m1:1, m2:1, m3:1],"
                        + " and nobody adds it now");
    }

    @Test
    void shouldTakeAnyMemberWhileItWaitsToBeAdded() throws Exception {
        PeerBook book = book("m4:1", 0, YOUNG);
        assertThat(book.introduction().isJoining()).isTrue();
        assertThat(book.objection(other("m1:1", "i1", 9, CHANGED, false))).isNull();
        assertThat(book.objection(other("m7:1", "i7", 30, CHANGED, false))).isNull();
    }

    @Test
    void shouldRememberHowPatientWhoIs() throws Exception {
        PeerBook book = book("m1:1", 0, YOUNG);
        assertThat(book.electionTimeout("m2:1")).isNull();
        book.meet(other("m2:1", "i2", 0, YOUNG, false));
        assertThat(book.electionTimeout("m2:1")).isEqualTo(Duration.ofMillis(700));
        assertThat(book.introduction().electionTimeoutMs()).isEqualTo(500);
    }

    /** What a process has sent may arrive after it has died and started again; the one that lives would be taken for dead. */
    @Test
    void shouldNotBelieveThatAProcessLivesThatWasReplaced() throws Exception {
        PeerBook book = book("m1:1", 0, YOUNG);
        assertThat(book.late(process(2))).isNull();
        assertThat(book.meet(process(2))).isFalse();
        assertThat(book.late(process(3))).isNull();
        assertThat(book.meet(process(3))).isTrue();
        assertThat(book.meet(process(3))).isFalse();
        assertThat(book.late(process(2))).isEqualTo("m2:1 has started again since: this was start 2, known is 3");
        assertThat(book.late(process(1))).as("it was never met").isNotNull();
        assertThat(book.late(process(3))).isNull();
    }

    /** It was removed, and has come back with an empty directory, in which it counts its starts anew. */
    @Test
    void shouldCountTheStartsOfEachDirectory() throws Exception {
        PeerBook book = book("m4:1", 0, YOUNG);
        book.meet(process(2));
        Introduction first = start("new", 1);
        assertThat(book.late(first)).isNull();
        assertThat(book.meet(first)).isTrue();
        assertThat(book.meet(start("newer", 1))).isTrue();
    }

    private static Introduction process(long number) {
        return start("i2", number);
    }

    private static Introduction start(String incarnation, long number) {
        return new Introduction("m2:1", YOUNG.names(), "", incarnation, number, "", YOUNG.group(), 0, false, 0, 700);
    }

    @Test
    void shouldRefuseAnotherGroup() throws Exception {
        GroupId another = new GroupId(new UUID(1, 3));
        assertThat(book("m1:1", 9, CHANGED)
                        .objection(other("m2:1", "i of m2:1", 9, list(another, 1, "m1:1", "m2:1"), false)))
                .isEqualTo("the groups differ: m1:1 belongs to " + GROUP + ", m2:1 to " + another);
    }

    /** They would go on with entries that the others have given up. */
    @Test
    void shouldRefuseWhoWasLeftBehind() throws Exception {
        MemberList before = list(GROUP, 0, "m1:1", "m2:1", "m3:1");
        assertThat(book("m1:1", 9, CHANGED).objection(other("m2:1", "i of m2:1", 9, before, false)))
                .isEqualTo("m2:1 was left behind when the majority was given up: m1:1 counts 1 such recoveries,"
                        + " m2:1 0; it can come back with an empty directory, as a new member");
        assertThat(book("m2:1", 9, before).objection(other("m1:1", "i of m1:1", 9, CHANGED, false)))
                .startsWith("m2:1 was left behind");
        assertThat(book("m1:1", 9, CHANGED).objection(other("m2:1", "i of m2:1", 0, YOUNG, false)))
                .as("it has seen no change at all")
                .startsWith("m2:1 was left behind");
        assertThat(book("m1:1", 9, CHANGED).objection(other("m4:1", "i4", 9, before, true)))
                .as("it waits to be added, with the entries of then")
                .startsWith("m4:1 was left behind");
        PeerBook adding = book("m1:1", 9, CHANGED);
        adding.reach(Set.of("m4:1"));
        assertThat(adding.objection(fresh("m4:1"))).as("it has nothing").isNull();
    }

    @Test
    void shouldRefuseOtherMembersOfAYoungGroup() throws Exception {
        assertThat(refusalOf(List.of("m1:1", "m2:1")))
                .isEqualTo("the members differ: m1:1 has [m1:1, m2:1, m3:1], m2:1 has [m1:1, m2:1]");
        assertThat(refusalOf(YOUNG.names())).isNull();
    }

    private static @Nullable String refusalOf(List<String> members) throws Exception {
        return book("m1:1", 0, YOUNG).objection(other("m2:1", "i2", 0, MemberList.of(members), false));
    }
}
