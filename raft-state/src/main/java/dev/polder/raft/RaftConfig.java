package dev.polder.raft;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The settings of one member's log.
 *
 * @param memberId this member's name, the same at every start on one directory; 1 to 255 bytes of UTF-8
 * @param directory where log and term are kept; created if missing; used by one process at a time
 * @param nodeName goes into the names of threads
 * @param electionTimeout how long a follower waits without a leader before it stands, and for how long it
 *     helps nobody to depose a leader that it has heard; at least 1 ms. Members tell each other and may differ, but each
 *     one's must be longer than every other's {@code heartbeatInterval}. A member that is given a shorter one must have
 *     been down for as long as the one before: a leader may still count on that
 * @param heartbeatInterval how often a leader shows that it is there; at least 1 ms, shorter than
 *     {@code electionTimeout}
 * @param proposalBytesMax how many bytes of proposals may wait or be in flight; a proposal beyond is refused. Each
 *     proposal counts 64 bytes more than its length. One proposal alone is never
 *     refused for its size
 * @param peers the other members and the way to them; {@link RaftPeers#NONE} for a group of one
 * @param freeBytesMin with less room than that on the disk this member takes no entries and does not lead, until there is
 *     a quarter more; 0 for never. Far more than is written in a second
 */
public record RaftConfig(
        String memberId,
        Path directory,
        String nodeName,
        Duration electionTimeout,
        Duration heartbeatInterval,
        long proposalBytesMax,
        RaftPeers peers,
        long freeBytesMin) {
    /** What {@code freeBytesMin} is unless it is set. */
    public static final long FREE_BYTES_MIN = 256L << 20;

    private static final int MEMBER_ID_BYTES_MAX = 255;

    /**
     * Checks all settings together.
     *
     * @throws IllegalArgumentException if a setting is out of its range; the message names every one that is
     * @throws NullPointerException if a setting is missing; the message names it
     */
    public RaftConfig {
        Objects.requireNonNull(memberId, "memberId");
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(nodeName, "nodeName");
        Objects.requireNonNull(electionTimeout, "electionTimeout");
        Objects.requireNonNull(heartbeatInterval, "heartbeatInterval");
        Objects.requireNonNull(peers, "peers");
        List<String> wrong = new ArrayList<>();
        int idBytes = memberId.getBytes(StandardCharsets.UTF_8).length;
        if (memberId.isBlank() || idBytes > MEMBER_ID_BYTES_MAX) {
            wrong.add("memberId '" + memberId + "' has " + idBytes + " bytes, must have 1 to " + MEMBER_ID_BYTES_MAX
                    + " and not be blank");
        }
        if (nodeName.isBlank()) {
            wrong.add("nodeName '" + nodeName + "' must not be blank");
        }
        if (heartbeatInterval.toMillis() < 1) {
            wrong.add("heartbeatInterval " + heartbeatInterval + " must be at least 1 ms");
        }
        if (electionTimeout.compareTo(heartbeatInterval) <= 0) {
            wrong.add("electionTimeout " + electionTimeout + " must be longer than heartbeatInterval "
                    + heartbeatInterval);
        }
        if (proposalBytesMax < 1) {
            wrong.add("proposalBytesMax " + proposalBytesMax + " must be at least 1");
        }
        if (freeBytesMin < 0) {
            wrong.add("freeBytesMin " + freeBytesMin + " must not be negative");
        }
        if (peers.joining() && members(memberId, peers).isEmpty()) {
            wrong.add("memberId '" + memberId + "' cannot join a group of members " + peers.members()
                    + ": another one must be among them");
        }
        if (!peers.isNone() && !peers.joining() && !peers.members().contains(memberId)) {
            wrong.add("memberId '" + memberId + "' must be one of the members " + peers.members());
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("raft settings: " + String.join("; ", wrong));
        }
    }

    /** With {@link #FREE_BYTES_MIN}. */
    public RaftConfig(
            String memberId,
            Path directory,
            String nodeName,
            Duration electionTimeout,
            Duration heartbeatInterval,
            long proposalBytesMax,
            RaftPeers peers) {
        this(
                memberId,
                directory,
                nodeName,
                electionTimeout,
                heartbeatInterval,
                proposalBytesMax,
                peers,
                FREE_BYTES_MIN);
    }

    /** Returns all members that this one begins with, in ascending order; itself among them unless it is joining. */
    List<String> members() {
        return members(memberId, peers);
    }

    private static List<String> members(String memberId, RaftPeers peers) {
        if (peers.joining()) {
            return peers.members().stream()
                    .filter(member -> !member.equals(memberId))
                    .toList();
        }
        return peers.isNone() ? List.of(memberId) : peers.members();
    }
}
