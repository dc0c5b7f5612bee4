package dev.polder;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes that a master needs once it leads, as soon as any leader serves. A JVM loads a class when it is first
 * used; half of the time from the death of a leader until frameworks were back went into that. Their names are a resource;
 * when it has fallen behind, {@code LeaderClassesTest} says what is missing. A class that is not there is passed over: it is
 * loaded when it is used. Thread-safe.
 */
final class LeaderClasses implements AutoCloseable {
    static final String RESOURCE = "leader-classes";
    private static final long CLOSE_MS_MAX = 5_000;
    private static final String OWN = "dev.polder.";
    private static final Logger LOG = LoggerFactory.getLogger(LeaderClasses.class);

    private final String nodeName;
    private final Thread thread;
    private boolean begun;
    private volatile boolean closing;

    LeaderClasses(String nodeName) {
        this.nodeName = nodeName;
        thread = new Thread(this::load, nodeName + "-classes");
        thread.setDaemon(true);
    }

    /** Begins to load on a thread of its own; the first call counts. */
    synchronized void begin() {
        if (!begun && !closing) {
            begun = true;
            thread.start();
        }
    }

    static List<String> names() {
        try (InputStream in = LeaderClasses.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                return List.of(); // whoever repacks Polder may leave it out
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void load() {
        ClassLoader loader = LeaderClasses.class.getClassLoader();
        int loaded = 0;
        List<String> names = names();
        for (String name : names) {
            if (closing) {
                return;
            }
            try {
                // others' classes are not initialized out of turn: two threads could wait for each other in a circle
                Class.forName(name, name.startsWith(OWN), loader);
                loaded++;
            } catch (ClassNotFoundException | LinkageError e) {
                LOG.debug("node={} event=class_passed_over class={} cause={}", nodeName, name, e.toString());
            }
        }
        LOG.debug("node={} event=leader_classes_loaded loaded={} of={}", nodeName, loaded, names.size());
    }

    /** Loads no further class; waits some seconds at most for the one that is being loaded. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        try {
            thread.join(CLOSE_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
