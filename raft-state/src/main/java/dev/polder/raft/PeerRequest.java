package dev.polder.raft;

import java.util.List;

/** What one member asks another. Each travels with its term, and is answered with a {@link PeerResponse}. */
sealed interface PeerRequest extends WireMessage {
    /** The largest part of a snapshot's file that is asked for at once. */
    int PIECE_BYTES_MAX = 256 << 10;

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

        @Override
        public MessageKind kind() {
            return MessageKind.APPEND;
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

        @Override
        public MessageKind kind() {
            return MessageKind.POLL;
        }
    }

    /** Vote for me in this term. */
    record Vote(long term, String candidate, long lastIndex, long lastTerm) implements PeerRequest {
        @Override
        public String from() {
            return candidate;
        }

        @Override
        public MessageKind kind() {
            return MessageKind.VOTE;
        }
    }

    /** Vote for me in this term although you hear a leader: it has asked me to take its place. */
    record ForcedVote(long term, String candidate, long lastIndex, long lastTerm) implements PeerRequest {
        @Override
        public String from() {
            return candidate;
        }

        @Override
        public MessageKind kind() {
            return MessageKind.FORCED_VOTE;
        }
    }

    /**
     * Take my place: stand at once, and with {@link ForcedVote}. Answered with {@link PeerResponse.Done}.
     *
     * @param lastIndex the last entry of the leader's log; if yours ends elsewhere this was given up meanwhile
     */
    record TimeoutNow(long term, String leader, long lastIndex) implements PeerRequest {
        @Override
        public String from() {
            return leader;
        }

        @Override
        public MessageKind kind() {
            return MessageKind.TIMEOUT_NOW;
        }
    }

    /**
     * Instead of entries that the leader does not have any more, and as a sign of life as {@link Append} is one: this is
     * the snapshot to fetch. Answered at once with {@link PeerResponse.Installing}.
     *
     * @param bytes the size of its file, at least 1
     */
    record Install(long term, String leader, SnapshotId snapshot, long bytes) implements PeerRequest {
        @Override
        public String from() {
            return leader;
        }

        @Override
        public MessageKind kind() {
            return MessageKind.INSTALL;
        }
    }

    /**
     * A part of a snapshot's file, please. Answered with {@link PeerResponse.Piece}.
     *
     * @param offset of the first byte in the file
     * @param bytesMax how many bytes at most, 1 to {@link #PIECE_BYTES_MAX}
     */
    record Fetch(long term, String member, SnapshotId snapshot, long offset, int bytesMax) implements PeerRequest {
        @Override
        public String from() {
            return member;
        }

        @Override
        public MessageKind kind() {
            return MessageKind.FETCH;
        }
    }

    /**
     * Where does your log end? A member that has lost entries asks the leader of its term, and votes for nobody before it
     * has them. Answered with {@link PeerResponse.Caught}.
     */
    record CatchUp(long term, String member) implements PeerRequest {
        @Override
        public String from() {
            return member;
        }

        @Override
        public MessageKind kind() {
            return MessageKind.CATCH_UP;
        }
    }

    /**
     * You are no member any more, and nobody will tell you again. Answered with {@link PeerResponse.Done}.
     *
     * @param index an entry that lists the members without it, committed
     */
    record Removed(long term, String leader, long index) implements PeerRequest {
        @Override
        public String from() {
            return leader;
        }

        @Override
        public MessageKind kind() {
            return MessageKind.REMOVED;
        }
    }
}
