package dev.polder.raft;

import java.util.List;

/** What is said before two ends of a connection know each other. */
sealed interface Greeting extends WireMessage {
    /** The length of a nonce, and of a proof. */
    int PROOF_BYTES = 32;

    /**
     * A member calls another.
     *
     * @param to whom it believes to call
     */
    record Hello(Introduction from, String to) implements Greeting {
        @Override
        public MessageKind kind() {
            return MessageKind.HELLO;
        }
    }

    /** That is who I am, and I take your requests. */
    record Welcome(Introduction from) implements Greeting {
        @Override
        public MessageKind kind() {
            return MessageKind.WELCOME;
        }
    }

    /** Not with you, and why, in words; the connection is closed behind it. Said by either side. */
    record Refused(String reason) implements Greeting {
        @Override
        public MessageKind kind() {
            return MessageKind.REFUSED;
        }
    }

    /** Who leads? Anyone may ask. */
    record Locate() implements Greeting {
        @Override
        public MessageKind kind() {
            return MessageKind.LOCATE;
        }
    }

    /**
     * Whom a member takes for the leader.
     *
     * @param leader empty if it knows none; then term is 0 and metadata empty
     * @param members that count now, as it knows them
     */
    record Located(long term, String leader, String metadata, String clusterId, List<String> members)
            implements Greeting {
        public Located {
            members = List.copyOf(members);
        }

        @Override
        public MessageKind kind() {
            return MessageKind.LOCATED;
        }
    }

    /**
     * Asks whether the other end knows the secret, see {@link SecretLayer}. The caller is the first to ask.
     *
     * @param nonce random bytes
     * @param proof of who was called, that it knows the secret; empty from the caller
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    record Challenge(byte[] nonce, byte[] proof) implements Greeting {
        @Override
        public MessageKind kind() {
            return MessageKind.CHALLENGE;
        }
    }

    /** The caller knows the secret too. */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    record Proof(byte[] proof) implements Greeting {
        @Override
        public MessageKind kind() {
            return MessageKind.PROOF;
        }
    }
}
