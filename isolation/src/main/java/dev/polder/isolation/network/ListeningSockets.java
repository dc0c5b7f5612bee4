package dev.polder.isolation.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * The TCP sockets of this process's network namespace that listen, from the kernel's lists.
 *
 * <pre>
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *    0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31337 ...
 * </pre>
 */
final class ListeningSockets {
    private static final String LISTEN = "0A";

    private ListeningSockets() {}

    /** Returns the port of each such socket by its number, of those ports alone that are wanted. */
    static Map<Long, Integer> read(Path proc, BitSet wanted) throws IOException {
        Map<Long, Integer> ports = new HashMap<>();
        read(proc.resolve("self/net/tcp"), wanted, ports);
        try {
            read(proc.resolve("self/net/tcp6"), wanted, ports);
        } catch (NoSuchFileException withoutIpv6) {
            return ports;
        }
        return ports;
    }

    private static void read(Path file, BitSet wanted, Map<Long, Integer> ports) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    readLine(line, wanted, ports);
                } catch (RuntimeException e) {
                    throw new IOException(file + " has a line of an unknown form: '" + line + "'", e);
                }
            }
        }
    }

    private static void readLine(String line, BitSet wanted, Map<Long, Integer> ports) {
        StringTokenizer words = new StringTokenizer(line);
        words.nextToken();
        String local = words.nextToken();
        words.nextToken();
        if (!words.nextToken().equals(LISTEN)) {
            return;
        }
        int port = Integer.parseInt(local.substring(local.indexOf(':') + 1), 16);
        if (!wanted.get(port)) {
            return;
        }
        for (int skipped = 0; skipped < 5; skipped++) {
            words.nextToken();
        }
        ports.put(Long.parseLong(words.nextToken()), port);
    }
}
