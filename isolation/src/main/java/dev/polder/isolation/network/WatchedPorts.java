package dev.polder.isolation.network;

import dev.polder.isolation.PortRanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The ports of one container, and on which others it was seen to listen. Only the thread that looks adds to these. */
final class WatchedPorts {
    /** What the name of a note ends with that is being written. */
    static final String UNFINISHED = ".new";

    private final PortRanges ports;
    private volatile SortedSet<Integer> strangers = Collections.emptySortedSet();

    WatchedPorts(PortRanges ports) {
        this.ports = ports;
    }

    /** Returns what a note says. */
    static WatchedPorts read(Path note) throws IOException {
        return new WatchedPorts(PortRanges.parse(Files.readString(note, StandardCharsets.US_ASCII)));
    }

    /** Writes the note by which it is known after a restart. */
    void write(Path note) throws IOException {
        // a running container has one already
        Path fresh = note.resolveSibling(note.getFileName() + UNFINISHED);
        Files.writeString(fresh, ports + "\n", StandardCharsets.US_ASCII);
        Files.move(fresh, note, StandardCopyOption.ATOMIC_MOVE);
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
