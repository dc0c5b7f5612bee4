package dev.polder.raft;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Settings and small deeds that the tests share. */
final class Members {
    static final long PROPOSAL_BYTES_MAX = 8 << 20;

    private Members() {}

    static RaftConfig config(Path directory) {
        return config(directory, "test");
    }

    static RaftConfig config(Path directory, String nodeName) {
        return new RaftConfig(
                "m1",
                directory,
                nodeName,
                Duration.ofMillis(500),
                Duration.ofMillis(75),
                PROPOSAL_BYTES_MAX,
                RaftPeers.NONE);
    }

    /** Peers that are never dialled, or none for one member. */
    static RaftPeers peers(List<String> members) {
        return members.size() == 1 ? RaftPeers.NONE : new RaftPeers(members, new InetSocketAddress(0), "test", "", "");
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static List<String> texts(List<byte[]> entries) {
        return entries.stream().map(Members::text).toList();
    }
}
