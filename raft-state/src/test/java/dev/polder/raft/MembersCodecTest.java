package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class MembersCodecTest {
    private static final MemberList TWO = new MemberList(
            new GroupId(new UUID(1, 2)), 3, List.of(new GroupMember("m1:1", "i1"), new GroupMember("m2:1", "")));

    @Provide
    Arbitrary<MemberList> lists() {
        Arbitrary<UUID> group =
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
        Arbitrary<Set<String>> names = Arbitraries.strings()
                .withChars("ab:1ä€")
                .ofMinLength(1)
                .ofMaxLength(40)
                .set()
                .ofMinSize(1)
                .ofMaxSize(7);
        Arbitrary<String> incarnation = Arbitraries.strings().withChars("abä").ofMaxLength(30);
        return Combinators.combine(group, Arbitraries.longs().between(0, Long.MAX_VALUE), names, incarnation)
                .as((id, recoveries, members, incarnations) -> new MemberList(
                        new GroupId(id),
                        recoveries,
                        members.stream()
                                .sorted()
                                .map(name -> new GroupMember(name, incarnations))
                                .toList()));
    }

    @Property
    void shouldReadWhatWasWritten(@ForAll("lists") MemberList list) {
        byte[] payload = MembersCodec.encode(EntryKind.MEMBERS, list);
        assertThat(MembersCodec.decode(EntryKind.MEMBERS, payload)).isEqualTo(list);
        assertThat(MembersCodec.isGood(EntryKind.MEMBERS, payload)).isTrue();
    }

    @Property
    void shouldTakeNothingElseForAList(@ForAll byte[] garbage) {
        for (EntryKind kind : List.of(EntryKind.MEMBERS, EntryKind.MEMBERS_1)) {
            if (MembersCodec.isGood(kind, garbage)) {
                assertThat(MembersCodec.encode(kind, MembersCodec.decode(kind, garbage)))
                        .isEqualTo(garbage);
            }
        }
    }

    @Example
    void shouldTakeNoOtherLengthForAList() {
        for (EntryKind kind : List.of(EntryKind.MEMBERS, EntryKind.MEMBERS_1)) {
            byte[] payload = MembersCodec.encode(kind, TWO);
            for (int length = 0; length < payload.length + 3; length++) {
                assertThat(MembersCodec.isGood(kind, Arrays.copyOf(payload, length)))
                        .as("%s of %d bytes", kind, length)
                        .isEqualTo(length == payload.length);
            }
        }
    }

    @Example
    void shouldReadAListOfTheFirstVersion() {
        byte[] payload = MembersCodec.encode(EntryKind.MEMBERS_1, TWO);
        assertThat(MembersCodec.decode(EntryKind.MEMBERS_1, payload)).isEqualTo(MemberList.of(List.of("m2:1", "m1:1")));
    }

    @Example
    void shouldRefuseListsThatAreNone() {
        assertThatThrownBy(() -> MemberList.of(List.of())).hasMessage("members []: 0, must be 1 to 7");
        assertThatThrownBy(() -> MemberList.of(List.of("1", "2", "3", "4", "5", "6", "7", "8")))
                .hasMessage("members [1, 2, 3, 4, 5, 6, 7, 8]: 8, must be 1 to 7");
        assertThatThrownBy(() -> MemberList.of(List.of("m1", "m1")))
                .hasMessage("members [m1, m1]: m1 must be greater than the one before");
        assertThatThrownBy(() -> new MemberList(GroupId.NONE, -1, TWO.members()))
                .hasMessage("recoveries -1 must not be negative");
        assertThatThrownBy(() -> new GroupMember("", "i1")).hasMessage("'' has 0 bytes, must have 1 to 255");
        assertThatThrownBy(() -> new GroupMember("m1", "i".repeat(65)))
                .hasMessageEndingWith("has 65 bytes, must have 0 to 64");
    }

    @Example
    void shouldSayWhoIsInIt() {
        assertThat(TWO.names()).containsExactly("m1:1", "m2:1");
        assertThat(TWO.contains("m2:1")).isTrue();
        assertThat(TWO.contains("m3:1")).isFalse();
        assertThat(TWO.size()).isEqualTo(2);
        assertThat(TWO.members()).asString().isEqualTo("[m1:1/i1, m2:1]");
        assertThat(TWO.group()).hasToString("00000000-0000-0001-0000-000000000002");
        assertThat(GroupId.NONE).hasToString("none");
    }
}
