package dev.polder.raft;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The members that vote, as an entry of the log says it.
 *
 * @param group their group, {@link GroupId#NONE} if it has got no id yet
 * @param recoveries how often the group was begun anew after the loss of a majority; who has a lower number was left
 *     behind
 * @param members 1 to 7 of them, with ascending names
 */
record MemberList(GroupId group, long recoveries, List<GroupMember> members) {
    MemberList {
        members = List.copyOf(members);
        if (members.isEmpty() || members.size() > RaftPeers.MEMBERS_MAX) {
            throw new IllegalArgumentException(
                    "members " + members + ": " + members.size() + ", must be 1 to " + RaftPeers.MEMBERS_MAX);
        }
        for (int i = 1; i < members.size(); i++) {
            if (members.get(i - 1).name().compareTo(members.get(i).name()) >= 0) {
                throw new IllegalArgumentException(
                        "members " + members + ": " + members.get(i).name() + " must be greater than the one before");
            }
        }
        if (recoveries < 0) {
            throw new IllegalArgumentException("recoveries " + recoveries + " must not be negative");
        }
    }

    /** The members that a group begins with, before it has an id. */
    static MemberList of(List<String> names) {
        return new MemberList(
                GroupId.NONE,
                0,
                names.stream().sorted().map(name -> new GroupMember(name, "")).toList());
    }

    List<String> names() {
        return members.stream().map(GroupMember::name).toList();
    }

    boolean contains(String name) {
        return members.stream().anyMatch(member -> member.name().equals(name));
    }

    /** Returns the member of that name, null if there is none. */
    @Nullable
    GroupMember find(String name) {
        return members.stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Returns this list with one member more. */
    MemberList with(GroupMember member) {
        return new MemberList(
                group,
                recoveries,
                Stream.concat(members.stream(), Stream.of(member))
                        .sorted(Comparator.comparing(GroupMember::name))
                        .toList());
    }

    /** Returns this list with one member less. */
    MemberList without(String name) {
        return new MemberList(
                group,
                recoveries,
                members.stream().filter(member -> !member.name().equals(name)).toList());
    }

    int size() {
        return members.size();
    }
}
