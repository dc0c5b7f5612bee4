package dev.polder.raft;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings of one member's log.
 *
 * @param memberId this member's name, the same at every start on one directory
 * @param directory where log and term are kept; created if missing; used by one process at a time
 * @param nodeName goes into the names of threads
 * @param electionTimeout how long a follower waits without a leader before it stands
 * @param heartbeatInterval how often a leader shows that it is there
 * @param proposalBytesMax how many bytes of proposals may wait or be in flight; a proposal beyond is refused
 */
public record RaftConfig(
        String memberId,
        Path directory,
        String nodeName,
        Duration electionTimeout,
        Duration heartbeatInterval,
        long proposalBytesMax) {}
