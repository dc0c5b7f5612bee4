package dev.polder.raft;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection to a seed, or another member, for one question: who leads? Owned by the locator's thread. */
final class SeedConnection extends WireConnection {
    private final SeedQuestions search;
    private final String seed;
    private final MemberAddress address;
    private @Nullable LocatedLeader leader;
    private List<String> members = List.of();
    private @Nullable String problem;

    SeedConnection(RaftThread thread, WireCounters counters, SeedQuestions search, String seed, MemberAddress address) {
        super(thread, counters);
        this.search = search;
        this.seed = seed;
        this.address = address;
    }

    MemberAddress address() {
        return address;
    }

    Optional<LocatedLeader> leader() {
        return Optional.ofNullable(leader);
    }

    /** Returns the members that this one has named; empty if it has named none. */
    List<String> members() {
        return members;
    }

    /** Returns what was wrong with this seed, its name before it. */
    Optional<String> problem() {
        return Optional.ofNullable(problem).map(words -> seed + ": " + words);
    }

    boolean hasTold() {
        return leader != null || problem != null;
    }

    /** Only what is told first counts. */
    void fail(String words) {
        if (!hasTold()) {
            problem = words;
            close();
            search.told();
        }
    }

    @Override
    void ready() {
        say(0, new Greeting.Locate());
    }

    @Override
    void received(WireFrame frame) {
        if (frame.message() instanceof Greeting.Located located) {
            answered(located);
        } else if (frame.message() instanceof Greeting.Refused refused) {
            fail("refused: " + Refusals.oneLine(refused.reason()));
        } else {
            badFrame("a message that has no place here: "
                    + frame.message().getClass().getSimpleName());
        }
    }

    private void answered(Greeting.Located located) {
        members = hasTold() ? members : located.members();
        if (located.leader().isEmpty()) {
            fail("no leader known");
        } else if (!hasTold()) {
            leader = new LocatedLeader(located.leader(), located.term(), located.metadata(), located.clusterId());
            close();
            search.told();
        }
    }

    @Override
    void notProved() {
        fail("refused: " + WireSecurity.REFUSAL);
    }

    @Override
    void ended() {
        fail(heardNonsense() ? "answered what is no answer" : "closed the connection without an answer");
    }

    @Override
    public String toString() {
        return seed;
    }
}
