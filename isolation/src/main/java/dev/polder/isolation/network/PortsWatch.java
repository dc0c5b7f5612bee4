package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.PortRanges;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Finds containers of the host's network that listen on TCP ports which are not theirs. One scan of the kernel's list of
 * sockets serves all containers; then their processes' open files are looked up in it, and not even that where nobody
 * listens on a port that is checked. Nothing is kept; safe for many threads. Linux only, and files of other users'
 * processes are seen by root alone.
 */
public final class PortsWatch {
    private final Path proc;
    private final BitSet checked;

    /**
     * Which ports a container has, and who acts for it.
     *
     * @param pids of all its processes; one that is gone is passed over
     * @param ports that are its own
     */
    public record Holder(Collection<Long> pids, PortRanges ports) {
        /** Refuses null. */
        public Holder {
            requireNonNull(pids, "pids");
            requireNonNull(ports, "ports");
        }
    }

    /** Makes a watch of these ports. */
    public PortsWatch(PortRanges checked) {
        this(Path.of("/proc"), checked);
    }

    PortsWatch(Path proc, PortRanges checked) {
        this.proc = proc;
        this.checked = bits(checked);
    }

    /**
     * Looks at all sockets once.
     *
     * @return those that listen where they may not, each with these ports
     * @throws IOException if the list of sockets cannot be read or has an unknown form
     */
    public Map<ContainerId, SortedSet<Integer>> strangers(Map<ContainerId, Holder> holders) throws IOException {
        Map<Long, Integer> listening = ListeningSockets.read(proc, checked);
        Map<ContainerId, SortedSet<Integer>> strangers = new LinkedHashMap<>();
        if (listening.isEmpty()) {
            return strangers;
        }
        for (Map.Entry<ContainerId, Holder> entry : holders.entrySet()) {
            BitSet own = bits(entry.getValue().ports());
            SortedSet<Integer> foreign = new TreeSet<>();
            for (long pid : entry.getValue().pids()) {
                addForeign(pid, listening, own, foreign);
            }
            if (!foreign.isEmpty()) {
                strangers.put(entry.getKey(), foreign);
            }
        }
        return strangers;
    }

    private void addForeign(long pid, Map<Long, Integer> listening, BitSet own, SortedSet<Integer> foreign) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(proc.resolve(pid + "/fd"))) {
            for (Path file : files) {
                Integer port = listening.get(inode(file));
                if (port != null && !own.get(port)) {
                    foreign.add(port);
                }
            }
        } catch (IOException | DirectoryIteratorException gone) {
            // it has ended, and what it has opened with it
            return;
        }
    }

    /** Returns the number of an open socket, -1 for what is none or was closed meanwhile. */
    private static long inode(Path file) {
        try {
            String target = Files.readSymbolicLink(file).toString();
            return target.startsWith("socket:[") && target.endsWith("]")
                    ? Long.parseLong(target.substring("socket:[".length(), target.length() - 1))
                    : -1;
        } catch (IOException closed) {
            return -1;
        }
    }

    private static BitSet bits(PortRanges ports) {
        BitSet bits = new BitSet();
        ports.ranges().forEach(range -> bits.set(range.first(), range.last() + 1));
        return bits;
    }
}
