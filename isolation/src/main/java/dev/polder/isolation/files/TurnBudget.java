package dev.polder.isolation.files;

import java.util.ArrayList;
import java.util.List;

/** What may still be done in a turn, and what was. Used by one thread, for one turn. */
final class TurnBudget {
    /** So many troubles are told of a turn; the same come again in later ones. */
    static final int TROUBLES_MAX = 16;

    private final CollectorHost host;
    private final int entriesMax;
    private final long timeNanosMax;
    private final long startNanos;
    private final List<String> troubles = new ArrayList<>();
    private int entries;
    private int sandboxes;
    private long deleted;

    TurnBudget(CollectorHost host, CollectorSettings settings) {
        this.host = host;
        this.entriesMax = settings.turnEntriesMax();
        this.timeNanosMax = settings.turnTimeMax().toNanos();
        this.startNanos = host.monotonicNanos();
    }

    boolean isSpent() {
        return entries >= entriesMax || host.monotonicNanos() - startNanos >= timeNanosMax;
    }

    /** One more entry of a directory was looked at. */
    void spend() {
        entries++;
    }

    void countSandbox() {
        sandboxes++;
    }

    void countDeleted() {
        deleted++;
    }

    void tell(String trouble) {
        if (troubles.size() < TROUBLES_MAX) {
            troubles.add(trouble);
        }
    }

    SandboxCollector.Turn turn(boolean isMore) {
        return new SandboxCollector.Turn(sandboxes, deleted, isMore, troubles);
    }
}
