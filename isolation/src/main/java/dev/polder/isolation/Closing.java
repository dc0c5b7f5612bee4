package dev.polder.isolation;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What is to be closed in reverse order, all of it, whatever fails. */
final class Closing implements Closeable {
    private final Deque<Closeable> kept = new ArrayDeque<>();

    <T extends Closeable> T keep(T resource) {
        kept.push(resource);
        return resource;
    }

    /** Somebody else closes them. */
    void forget() {
        kept.clear();
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        while (!kept.isEmpty()) {
            try {
                kept.pop().close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
