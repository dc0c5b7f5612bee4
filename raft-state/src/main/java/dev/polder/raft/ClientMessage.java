package dev.polder.raft;

import java.util.List;

/**
 * What is said between a member and a client of the service above the log, which is no member. A call or a push may be
 * longer than a frame: the frame's request id tells how many more frames belong to it, see {@link MessagePieces}.
 */
sealed interface ClientMessage extends WireMessage {
    /** The largest body of one frame of a call or a push, in bytes. */
    int BODY_BYTES_MAX = 1 << 20;

    /**
     * A client calls a member.
     *
     * @param clusterId the cluster that it belongs to, empty if it does not know
     * @param group the group that it was connected to before, {@link GroupId#NONE} if to none
     */
    record Hello(String clusterId, GroupId group) implements ClientMessage {
        @Override
        public MessageKind kind() {
            return MessageKind.CLIENT_HELLO;
        }
    }

    /**
     * This member leads, and takes the client's calls.
     *
     * @param term that it leads
     */
    record Welcome(String clusterId, GroupId group, long term) implements ClientMessage {
        @Override
        public MessageKind kind() {
            return MessageKind.CLIENT_WELCOME;
        }
    }

    /**
     * This member does not lead, or does no longer. What was not answered is to be asked again.
     *
     * @param term of the leader, 0 if none is known
     * @param leader empty if none is known
     */
    record Moved(long term, String leader) implements ClientMessage {
        @Override
        public MessageKind kind() {
            return MessageKind.CLIENT_MOVED;
        }
    }

    /**
     * Who the members are, behind the welcome and with every change.
     *
     * @param members that count now, in ascending order
     */
    record Members(List<String> members) implements ClientMessage {
        public Members {
            members = List.copyOf(members);
        }

        @Override
        public MessageKind kind() {
            return MessageKind.CLIENT_MEMBERS;
        }
    }

    /** Bytes for the service, or a piece of them. */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    record Call(byte[] body) implements ClientMessage {
        @Override
        public MessageKind kind() {
            return MessageKind.CALL;
        }
    }

    /** What the service says, in its order, or a piece of it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    record Push(byte[] body) implements ClientMessage {
        @Override
        public MessageKind kind() {
            return MessageKind.PUSH;
        }
    }
}
