package dev.polder.raft;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The members that a group begins with, and how this one meets them. A member is called by its address, {@code host:port},
 * under which every other one can reach it. Members that are added or removed later are in the log, which is believed
 * instead from then on.
 *
 * @param members all members, 1 to 7, this one among them; of a joining one: some that there are. Kept in ascending order
 * @param bind where this member listens for the others
 * @param incarnation what tells this member's directory from another one of the same name; peers that knew it before
 *     refuse one that comes back without its disk. 1 to 64 bytes
 * @param clusterId the cluster that the directory belongs to, empty if it belongs to none yet; members of two clusters
 *     refuse each other. At most 64 bytes
 * @param metadata what others are told of this member when it leads, such as further addresses; at most 4 KiB
 * @param joining whether this one is to become a member of a group that exists: it begins with nothing, stands for
 *     nothing, and waits until the leader adds it, see {@link ReplicatedLog#change}
 * @param security how members and clients know each other; the same for all of a group
 */
public record RaftPeers(
        List<String> members,
        InetSocketAddress bind,
        String incarnation,
        String clusterId,
        String metadata,
        boolean joining,
        RaftSecurity security) {
    /** A group of one that nobody has to find; it listens nowhere. */
    public static final RaftPeers NONE = new RaftPeers();

    /** How many members a group may have. */
    public static final int MEMBERS_MAX = 7;

    static final int ID_BYTES_MAX = 64;
    static final int METADATA_BYTES_MAX = 4 << 10;

    private RaftPeers() {
        this(List.of(), new InetSocketAddress(0), "none", "", "");
    }

    /** Of a member that the group begins with, and with {@link RaftSecurity#none()}. */
    public RaftPeers(
            List<String> members, InetSocketAddress bind, String incarnation, String clusterId, String metadata) {
        this(members, bind, incarnation, clusterId, metadata, RaftSecurity.none());
    }

    /** Of a member that the group begins with. */
    public RaftPeers(
            List<String> members,
            InetSocketAddress bind,
            String incarnation,
            String clusterId,
            String metadata,
            RaftSecurity security) {
        this(members, bind, incarnation, clusterId, metadata, false, security);
    }

    /** Returns the same for a member that is to join a group. */
    public RaftPeers toJoin() {
        return new RaftPeers(members, bind, incarnation, clusterId, metadata, true, security);
    }

    /**
     * Checks all of it together.
     *
     * @throws IllegalArgumentException if anything is out of its range; the message names every such thing
     * @throws NullPointerException if anything is missing; the message names it
     */
    public RaftPeers {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(security, "security");
        members = members.stream().distinct().sorted().toList();
        List<String> wrong = new ArrayList<>();
        if (members.size() > MEMBERS_MAX) {
            wrong.add("members " + members + ": " + members.size() + " > " + MEMBERS_MAX);
        }
        for (String member : members) {
            String problem = MemberAddress.problem(member);
            if (problem != null) {
                wrong.add("member '" + member + "': " + problem);
            }
        }
        check(wrong, "incarnation", incarnation, 1, ID_BYTES_MAX);
        check(wrong, "clusterId", clusterId, 0, ID_BYTES_MAX);
        check(wrong, "metadata", metadata, 0, METADATA_BYTES_MAX);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("raft peers: " + String.join("; ", wrong));
        }
    }

    private static void check(List<String> wrong, String name, String value, int bytesMin, int bytesMax) {
        int bytes = Objects.requireNonNull(value, name).getBytes(StandardCharsets.UTF_8).length;
        if (bytes < bytesMin || bytes > bytesMax) {
            wrong.add(name + " has " + bytes + " bytes, must have " + bytesMin + " to " + bytesMax);
        }
    }

    /** Returns what is wrong with the name of a member, empty if nothing is. */
    public static String problemOf(String member) {
        String problem = MemberAddress.problem(member);
        return problem == null ? "" : problem;
    }

    boolean isNone() {
        return members.isEmpty();
    }
}
