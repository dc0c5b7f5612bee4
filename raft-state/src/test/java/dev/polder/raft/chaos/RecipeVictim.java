package dev.polder.raft.chaos;

import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import dev.polder.raft.recipe.RecipeHost;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A member whose log is for the recipes, in a process of its own, to be killed, stopped and cut off. Ends with its
 * standard input: {@code DIRECTORY MEMBER MEMBERS}.
 */
final class RecipeVictim {
    private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(500);
    private static final Duration HEARTBEAT = Duration.ofMillis(75);
    private static final long PROPOSAL_BYTES_MAX = 8 << 20;

    private RecipeVictim() {}

    public static void main(String[] arguments) throws Exception {
        String member = arguments[1];
        int colon = member.lastIndexOf(':');
        InetSocketAddress bind =
                new InetSocketAddress(member.substring(0, colon), Integer.parseInt(member.substring(colon + 1)));
        RaftPeers peers = new RaftPeers(List.of(arguments[2].split(",", -1)), bind, "of " + member, "", "");
        RaftConfig config = new RaftConfig(
                member, Path.of(arguments[0]), "victim", ELECTION_TIMEOUT, HEARTBEAT, PROPOSAL_BYTES_MAX, peers);
        try (RecipeHost host = RecipeHost.start(config)) {
            var unused = host.ended().whenComplete((end, failure) -> {
                if (failure != null) {
                    System.out.println("ended: " + failure);
                }
            });
            while (System.in.read() >= 0) {
                // nothing is said but the end
            }
        }
    }
}
