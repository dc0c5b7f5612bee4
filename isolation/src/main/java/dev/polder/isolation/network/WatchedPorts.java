package dev.polder.isolation.network;

import dev.polder.isolation.PortRanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The ports of one container, and on which others it was seen to listen. Only the thread that looks adds to these. */
final class WatchedPorts {
    private final PortRanges ports;
    private volatile SortedSet<Integer> strangers = Collections.emptySortedSet();

    WatchedPorts(PortRanges ports) {
        this.ports = ports;
    }

    /** Returns what a note says; empty if it was never finished, so that nothing was launched either. */
    static Optional<WatchedPorts> read(Path note) throws IOException {
        String text = Files.readString(note, StandardCharsets.US_ASCII);
        return text.endsWith("\n") ? Optional.of(new WatchedPorts(PortRanges.parse(text))) : Optional.empty();
    }

    /** Writes the note by which it is known after a restart. */
    void write(Path note) throws IOException {
        Files.writeString(note, ports + "\n", StandardCharsets.US_ASCII);
    }

    PortRanges ports() {
        return ports;
    }

    /** Returns the ports on which it was seen to listen and that are not its own. */
    Set<Integer> strangers() {
        return strangers;
    }

    /** It was seen to listen on these. Returns whether one of them is new. */
    boolean add(Collection<Integer> found) {
        SortedSet<Integer> all = new TreeSet<>(strangers);
        boolean isNew = all.addAll(found);
        strangers = all;
        return isNew;
    }
}
