package dev.polder.isolation.files;

import java.util.ArrayList;
import java.util.List;

/** Time passes only while somebody waits. */
final class FakeFollowClock implements FollowClock {
    /** What happens during the next pause. */
    interface Happening {
        void happen() throws Exception;
    }

    final List<Long> pauses = new ArrayList<>();
    Happening next = () -> {};
    private long nanos;

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void pause(long pauseNanos) {
        pauses.add(pauseNanos);
        nanos += pauseNanos;
        Happening happening = next;
        next = () -> {};
        try {
            happening.happen();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
