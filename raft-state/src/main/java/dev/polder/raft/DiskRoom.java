package dev.polder.raft;

import io.atomix.utils.concurrent.Scheduled;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the disk has room for more entries. A write that fails for want of room would end this member for good; so it
 * stops before: it gives up the lead, does not stand, and takes no entries. It still votes and follows, for which there is
 * room. Owned by the log's thread.
 *
 * <pre>
 *             less than freeBytesMin
 *   enough ──────────────────────────► short
 *      ▲                                 │
 *      └─────a quarter more than that────┘
 * </pre>
 */
final class DiskRoom implements Standing.Obstacle {
    /** What is written between two looks must be far less than {@code freeBytesMin}. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final Disk disk;
    private final long freeBytesMin;
    private @Nullable PolderRaftContext context;
    private @Nullable String shortage;
    private boolean toldFailure;

    DiskRoom(Disk disk, long freeBytesMin) {
        this.disk = disk;
        this.freeBytesMin = freeBytesMin;
    }

    /** Looks now, and from now on; before this member takes part. */
    void begin(PolderRaftContext member, RaftParts parts) {
        context = member;
        parts.standing().add(this);
        look();
        Scheduled unused = parts.thread().schedule(INTERVAL, INTERVAL, () -> {
            if (!parts.failStop().stopping()) {
                parts.failStop().guard(this::look);
            }
        });
    }

    /** Returns in words why no entries are taken; null if they are. */
    @Nullable
    String shortage() {
        return shortage;
    }

    @Override
    public @Nullable String toStanding() {
        return shortage;
    }

    /** A vote is a few bytes. */
    @Override
    public @Nullable String toVoting() {
        return null;
    }

    private void look() {
        long free;
        try {
            free = disk.freeBytes();
        } catch (IOException e) {
            // whoever cannot say how much room there is may have enough; a write tells
            if (!toldFailure) {
                LOG.warn("event=disk_room_unknown cause='{}'", e.toString());
                toldFailure = true;
            }
            return;
        }
        if (shortage == null && free < freeBytesMin) {
            shortage = "the disk has " + free + " bytes left, fewer than freeBytesMin=" + freeBytesMin;
            LOG.warn("event=disk_short reason='{}'", shortage);
        } else if (shortage != null && free >= freeBytesMin + freeBytesMin / 4) {
            LOG.info("event=disk_has_room free_bytes={}", free);
            shortage = null;
        }
        PolderRaftContext member = context;
        String reason = shortage;
        if (reason != null && member != null && member.leadingTerm() != 0) {
            leaveLead(member, reason);
        }
    }

    /** To somebody who has room if there is one; at each look again while this member leads. */
    private void leaveLead(PolderRaftContext member, String reason) {
        long term = member.leadingTerm();
        CompletableFuture<Void> unused = member.handOver()
                .begin(Optional.empty(), HandOver.LIMIT)
                .thenAccept(outcome -> {
                    if (outcome instanceof HandOverOutcome.Kept) {
                        member.stepDown(term, reason);
                    }
                });
    }
}
