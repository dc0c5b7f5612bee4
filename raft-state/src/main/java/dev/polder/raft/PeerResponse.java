package dev.polder.raft;

/** What a member answers to a {@link PeerRequest}. Every request is answered, if only with a failure. */
sealed interface PeerResponse extends WireMessage {
    /**
     * Whether the entries are in the log, and on the disk.
     *
     * @param lastIndex if they are, the last of them; else behind which entry the next attempt is worth while
     */
    record Append(long term, boolean succeeded, long lastIndex) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.APPENDED;
        }
    }

    /** Whether this member would vote so. */
    record Poll(long term, boolean accepted) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.POLLED;
        }
    }

    /** Whether this member votes so, durably. */
    record Vote(long term, boolean granted) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.VOTED;
        }
    }

    /** The request was not understood or could not be carried out; nothing has changed by it. */
    record Failure(String reason) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.FAILED;
        }
    }

    /**
     * How far this member is with the snapshot that the leader has for it.
     *
     * @param lastIndex behind which entry appends are worth while: the snapshot's when it is installed, else less
     * @param receivedBytes how much of the snapshot has arrived, all of it when it is installed
     */
    record Installing(long term, long lastIndex, long receivedBytes) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.INSTALLING;
        }
    }

    /**
     * A part of a snapshot's file. If the leader does not have that snapshot any more the answer is a failure.
     *
     * @param offset of the first byte in the file
     * @param checksum CRC32C of the snapshot's id, the offset and the bytes
     * @param bytes fewer than were asked for at the file's end; none behind it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    record Piece(long term, long offset, int checksum, byte[] bytes) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.PIECE;
        }
    }

    /** Where the leader's log ends. */
    record Caught(long term, long lastIndex) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.CAUGHT;
        }
    }

    /** Whether it is done; not so if the request was of another term than this member's. */
    record Done(long term, boolean done) implements PeerResponse {
        @Override
        public MessageKind kind() {
            return MessageKind.DONE;
        }
    }
}
