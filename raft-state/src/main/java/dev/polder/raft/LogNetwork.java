package dev.polder.raft;

/**
 * What a member's network has done since the start, in numbers.
 *
 * @param connections how many are open at this moment, in both directions
 * @param handshakesRefused connections whose other end is not whom it should be, by either side's judgement
 * @param handshakesLate connections that were closed because their other end did not introduce itself in time
 * @param connectionsRefused connections of strangers that had to go because too many others came
 * @param framesRefused frames that were none, with each of which a connection was closed
 * @param requestsSent requests to other members
 * @param requestsFailed of those, how many have got no answer or never went out
 * @param bytesSent bytes of all frames to others
 * @param bytesReceived bytes of all frames from others
 */
public record LogNetwork(
        long connections,
        long handshakesRefused,
        long handshakesLate,
        long connectionsRefused,
        long framesRefused,
        long requestsSent,
        long requestsFailed,
        long bytesSent,
        long bytesReceived) {
    /** Nothing: a group of one has no network. */
    static final LogNetwork NONE = new LogNetwork(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
