package dev.polder.raft;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A process that proposes for ever, to be killed: prints {@code replayed COUNT LAST .} when it serves, then
 * {@code ID .} as each id is committed. Ids ascend, also over restarts, with gaps where proposals were lost.
 */
final class KillVictim implements LogListener {
    private static final int OUTSTANDING = 64;

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final Semaphore room = new Semaphore(OUTSTANDING);
    private long count;
    private volatile long last;
    private volatile long servingTerm;

    private KillVictim() {}

    public static void main(String[] arguments) throws Exception {
        KillVictim victim = new KillVictim();
        try (ReplicatedLog log = ReplicatedLog.start(Members.config(Path.of(arguments[0])), victim)) {
            while (victim.servingTerm == 0) {
                Thread.onSpinWait();
            }
            for (long id = victim.last + 1_000; ; id++) {
                victim.room.acquire();
                byte[] entry = new byte[8 + (int) (id * 31 % 500)];
                ByteBuffer.wrap(entry).putLong(id);
                if (log.propose(victim.servingTerm, entry) != ReplicatedLog.Proposed.ACCEPTED) {
                    throw new IllegalStateException("not accepted: " + id);
                }
            }
        }
    }

    /** One write a line, with an end that tells a whole line from one that the kill has cut. */
    private void tell(String text) {
        try {
            out.write((text + " .\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onElected(long term) {}

    @Override
    public void onSnapshot(InstalledSnapshot snapshot) {
        tell("snapshot " + snapshot.index());
    }

    @Override
    public void onCommitted(CommittedEntry entry) {
        long id = ByteBuffer.wrap(entry.bytes()).getLong();
        if (id <= last) {
            throw new IllegalStateException("id " + id + " follows " + last);
        }
        last = id;
        count++;
        if (servingTerm != 0) {
            tell(String.valueOf(id));
            room.release();
        }
    }

    @Override
    public void onServing(long term) {
        tell("replayed " + count + " " + last);
        servingTerm = term;
    }

    @Override
    public void onLost(long term) {}

    @Override
    public void onRefused(String byMember, String reason) {
        tell("refused by " + byMember);
    }

    @Override
    public void onStopped(@Nullable Throwable cause) {
        tell("stopped " + cause);
    }
}
