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
 * @param electionTimeout how long a follower waits without a leader before it stands; at least 1 ms
 * @param heartbeatInterval how often a leader shows that it is there; at least 1 ms, shorter than
 *     {@code electionTimeout}
 * @param proposalBytesMax how many bytes of proposals may wait or be in flight; a proposal beyond is refused. Each
 *     proposal counts 64 bytes more than its length. One proposal alone is never
 *     refused for its size
 * @param peers the other members and the way to them; {@link RaftPeers#NONE} for a group of one
 */
public record RaftConfig(
        String memberId,
        Path directory,
        String nodeName,
        Duration electionTimeout,
        Duration heartbeatInterval,
        long proposalBytesMax,
        RaftPeers peers) {
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
        if (!peers.isNone() && !peers.members().contains(memberId)) {
            wrong.add("memberId '" + memberId + "' must be one of the members " + peers.members());
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("raft settings: " + String.join("; ", wrong));
        }
    }

    /** Returns all members, this one among them, in ascending order. */
    List<String> members() {
        return peers.isNone() ? List.of(memberId) : peers.members();
    }
}
