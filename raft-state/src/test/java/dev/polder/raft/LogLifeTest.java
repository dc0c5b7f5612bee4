package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LogLifeTest {
    private final List<String> deeds = new CopyOnWriteArrayList<>();

    private LogLife life(RecordingListener listener) {
        return new LogLife(Members.config(Path.of("nowhere")), new LogEvents(listener));
    }

    @Test
    void shouldTellTheFirstOfSeveralCauses() throws Exception {
        RecordingListener listener = new RecordingListener();
        LogLife life = life(listener);
        CountDownLatch release = new CountDownLatch(1);
        life.begin(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        });
        life.stop(new IllegalStateException("first"));
        life.stop(new IllegalStateException("second"));
        release.countDown();

        assertThat(listener.awaitStopped()).hasMessage("first");
    }

    @Test
    void shouldCloseEverythingInReverseOrderAlthoughOneFails() throws Exception {
        RecordingListener listener = new RecordingListener(deeds::add);
        LogLife life = life(listener);
        life.add(() -> deeds.add("first"));
        life.add(() -> {
            throw new IOException("cannot close");
        });
        life.add(() -> deeds.add("third"));
        life.close();

        assertThat(listener.awaitStopped()).hasMessage("cannot close");
        assertThat(deeds).as("the listener hears it last").containsExactly("third", "first", "stopped");
    }

    @Test
    void shouldLogWhatTheListenerThrowsInItsLastCall() {
        LogLife life = life(new RecordingListener(call -> {
            deeds.add(call);
            throw new IllegalStateException("cannot " + call);
        }));
        life.add(() -> deeds.add("closed"));
        String logged = logOf(() -> {
            life.close();
            life.close();
        });

        assertThat(deeds).containsExactly("closed", "stopped");
        assertThat(logged)
                .contains("event=listener_failed member=m1 call=onStopped")
                .contains("IllegalStateException: cannot stopped");
    }

    @Test
    void shouldSayInOneLineThatItsMemberWasRemoved() {
        LogLife removed = life(new RecordingListener());
        String orderly = logOf(() -> {
            removed.stop(new MemberRemovedException("m1 is no member any more"));
            removed.close();
        });
        LogLife left = life(new RecordingListener());
        left.add(() -> {
            throw new IOException("cannot close");
        });
        String leaving = logOf(() -> {
            left.stop(new MemberRemovedException("m1 is no member any more"));
            left.close();
        });

        assertThat(orderly).contains("cause='m1 is no member any more'").doesNotContain("\tat ", "ERROR");
        assertThat(leaving).contains("ERROR", "cannot close");
    }

    /** The tests' logger writes to standard error, whatever that is when it writes. */
    private static String logOf(Runnable deed) {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try {
            deed.run();
        } finally {
            System.setErr(before);
        }
        return logged.toString(StandardCharsets.UTF_8);
    }
}
