package dev.polder.raft.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Does members harm for a while, what and whom a seed draws, leaders more often than others; then makes all good. */
final class Nemesis {
    private static final int LEADER_PERCENT = 65;

    private final VictimCluster cluster;
    private final Random random;
    /** Each comes once before any comes again. */
    private final List<Harm> next = new ArrayList<>();

    private final Map<Harm, Integer> done = new TreeMap<>();

    /** What is done. */
    enum Harm {
        /** A process is killed, and started again at the end. */
        KILL,
        /** The same, and started again at once. */
        KILL_BRIEFLY,
        /** All processes are killed. */
        KILL_ALL,
        /** A process is stopped, and goes on at the end. */
        PAUSE,
        /** A process is stopped and goes on several times. */
        STUTTER,
        /** A member and the others do not reach each other; clients reach all. */
        ISOLATE,
        /** The same, and it stands still until the others have had time to elect another. */
        ISOLATE_AND_PAUSE,
        /** A member reaches nobody, and nobody it. */
        UNPLUG,
        /** What a member sends does not reach the others. */
        DEAFEN_OTHERS,
        /** What others send does not reach a member. */
        DEAFEN,
        /** Two members do not reach each other. */
        PART,
        /** What clients send to a member, or it to them, does not arrive. */
        PART_CLIENTS,
        /** A member is isolated, and another one killed: nobody can lead. */
        ISOLATE_AND_KILL
    }

    Nemesis(VictimCluster cluster, Random random) {
        this.cluster = cluster;
        this.random = random;
    }

    /** Draws a harm, does it, and makes all good after a time. Returns what it was. */
    String harm() throws IOException, InterruptedException {
        if (next.isEmpty()) {
            next.addAll(List.of(Harm.values()));
            Collections.shuffle(next, random);
        }
        Harm harm = next.remove(0);
        done.merge(harm, 1, Integer::sum);
        int leader = cluster.leader(cluster.addresses());
        int victim = leader != 0 && random.nextInt(100) < LEADER_PERCENT ? leader : 1 + random.nextInt(cluster.size());
        int other = 1 + (victim + random.nextInt(cluster.size() - 1)) % cluster.size();
        int millis = 300 + random.nextInt(2_700);
        try {
            begin(harm, victim, other);
            TimeUnit.MILLISECONDS.sleep(millis);
        } finally {
            makeGood();
        }
        return harm + " of " + victim + (victim == leader ? ", the leader" : "") + ", other " + other + ", " + millis
                + " ms";
    }

    Map<Harm, Integer> done() {
        return done;
    }

    private void begin(Harm harm, int victim, int other) throws IOException, InterruptedException {
        HostNetwork network = cluster.network();
        switch (harm) {
            case KILL -> cluster.kill(victim);
            case KILL_BRIEFLY -> {
                cluster.kill(victim);
                cluster.start(victim);
            }
            case KILL_ALL -> {
                for (int member : members()) {
                    cluster.kill(member);
                }
            }
            case PAUSE -> cluster.pause(victim);
            case STUTTER -> {
                for (int i = 0; i < 5; i++) {
                    cluster.pause(victim);
                    TimeUnit.MILLISECONDS.sleep(50 + random.nextInt(700));
                    cluster.resume(victim);
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
                }
            }
            case ISOLATE -> cluster.isolate(victim);
            case ISOLATE_AND_PAUSE -> {
                cluster.isolate(victim);
                cluster.pause(victim);
                TimeUnit.MILLISECONDS.sleep(600 + random.nextInt(400));
                cluster.resume(victim);
            }
            case UNPLUG -> {
                cluster.isolate(victim);
                network.cutBoth(0, victim);
            }
            case DEAFEN_OTHERS -> {
                for (int member : othersThan(victim)) {
                    network.cut(victim, member);
                }
            }
            case DEAFEN -> {
                for (int member : othersThan(victim)) {
                    network.cut(member, victim);
                }
            }
            case PART -> network.cutBoth(victim, other);
            case PART_CLIENTS -> {
                if (random.nextBoolean()) {
                    network.cut(0, victim);
                } else {
                    network.cut(victim, 0);
                }
            }
            case ISOLATE_AND_KILL -> {
                cluster.isolate(victim);
                cluster.kill(other);
            }
        }
    }

    private List<Integer> members() {
        return IntStream.rangeClosed(1, cluster.size()).boxed().toList();
    }

    private List<Integer> othersThan(int victim) {
        return members().stream().filter(member -> member != victim).toList();
    }

    private void makeGood() throws IOException {
        cluster.network().heal();
        for (int member : members()) {
            if (cluster.isRunning(member)) {
                cluster.resume(member);
            } else {
                cluster.start(member);
            }
        }
    }
}
