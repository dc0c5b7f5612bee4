package dev.polder.raft;

import java.util.List;

/** What one member asks another. Each travels with its term, and is answered with a {@link PeerResponse}. */
sealed interface PeerRequest extends WireMessage {
    /** The asking member's term. */
    long term();

    /** The asking member. */
    String from();

    /**
     * The leader's entries behind an entry, or none, as a sign of life.
     *
     * @param previousIndex the entry before these, 0 for the beginning of the log
     * @param commitIndex what the leader knows to be committed
     */
    record Append(
            long term, String leader, long previousIndex, long previousTerm, long commitIndex, List<LogEntry> entries)
            implements PeerRequest {
        @Override
        public String from() {
            return leader;
        }

        long lastIndex() {
            return previousIndex + entries.size();
        }
    }

    /** Would you vote for me? Asked before a term is begun for nothing. */
    record Poll(long term, String candidate, long lastIndex, long lastTerm) implements PeerRequest {
        @Override
        public String from() {
            return candidate;
        }
    }

    /** Vote for me in this term. */
    record Vote(long term, String candidate, long lastIndex, long lastTerm) implements PeerRequest {
        @Override
        public String from() {
            return candidate;
        }
    }
}
