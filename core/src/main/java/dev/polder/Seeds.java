package dev.polder;

import dev.polder.raft.RaftPeers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** What must be true of the members that a node is told of. */
final class Seeds {
    private Seeds() {}

    /** Returns the member that a node with these settings is: its advertised host and its Raft port. */
    static String self(String advertise, int raftPort) {
        String host = advertise.indexOf(':') < 0 ? advertise : "[" + advertise + "]";
        return host + ":" + raftPort;
    }

    static List<String> mistakes(ClusterConfig.Builder builder) {
        List<String> seeds = builder.seeds;
        boolean isMaster = builder.roles.contains(NodeRole.MASTER);
        List<String> mistakes = new ArrayList<>();
        if (builder.join && (seeds.isEmpty() || !isMaster)) {
            mistakes.add("join: only a master can, and it needs the seeds of the cluster that it is to join");
        }
        if (seeds.isEmpty()) {
            if (!isMaster && !builder.roles.isEmpty()) {
                mistakes.add("seeds: a node that is only an agent needs those of its cluster");
            }
            return mistakes;
        }
        for (String seed : seeds) {
            String problem = RaftPeers.problemOf(seed);
            if (!problem.isEmpty()) {
                mistakes.add("seed '" + seed + "': " + problem);
            }
        }
        if (new HashSet<>(seeds).size() < seeds.size()) {
            mistakes.add("seeds " + seeds + ": one is named twice");
        }
        if (seeds.size() > RaftPeers.MEMBERS_MAX) {
            mistakes.add("seeds " + seeds + ": " + seeds.size() + " > " + RaftPeers.MEMBERS_MAX);
        }
        if (isMaster && mistakes.isEmpty()) {
            checkSelf(builder, mistakes);
        }
        return mistakes;
    }

    private static void checkSelf(ClusterConfig.Builder builder, List<String> mistakes) {
        if (builder.raftPort == 0) {
            mistakes.add("raftPort 0: with seeds it must be the one that the others know");
            return;
        }
        String self = self(builder.advertise.isEmpty() ? builder.bind : builder.advertise, builder.raftPort);
        if (builder.join && builder.seeds.equals(List.of(self))) {
            mistakes.add("join: seeds " + builder.seeds + " name this node alone, which is " + self
                    + "; masters of the cluster that it is to join are needed");
        }
        Optional<Membership> stored = DataDirectory.membership(builder.dataDir)
                .filter(one -> one.memberId().equals(self));
        if (builder.join && stored.filter(one -> !one.joins()).isPresent()) {
            mistakes.add("join: data directory " + builder.dataDir.orElseThrow() + " is that of " + self
                    + ", which began with its cluster; it starts without join, or joins with an empty directory");
        }
        boolean hasJoined = stored.filter(Membership::joins).isPresent();
        if (!builder.join && !hasJoined && !builder.seeds.contains(self)) {
            mistakes.add("seeds " + builder.seeds + ": none is this node, which is " + self
                    + " by its advertised host and raftPort; one that is to be added to their cluster is started with"
                    + " join=true");
        }
    }
}
