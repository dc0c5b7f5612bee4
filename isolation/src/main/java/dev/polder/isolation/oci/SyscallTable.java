package dev.polder.isolation.oci;

import static dev.polder.isolation.oci.Architecture.X86_64;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The numbers of an architecture's system calls, as of Linux 6.1. */
final class SyscallTable {
    private static final String RESOURCE = "syscalls.txt";
    private static final String NONE = "-";

    private final Map<String, Integer> numbers;
    private final int newest;

    private SyscallTable(Map<String, Integer> numbers) {
        this.numbers = numbers;
        this.newest = numbers.values().stream().max(Integer::compare).orElseThrow();
    }

    static SyscallTable of(Architecture architecture) {
        Map<String, Integer> numbers = new TreeMap<>();
        try (InputStream stream = SyscallTable.class.getResourceAsStream(RESOURCE);
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(requireNonNull(stream, RESOURCE), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] columns = line.split(" ", -1);
                String number = architecture == X86_64 ? columns[1] : columns[2];
                if (!number.equals(NONE)) {
                    numbers.put(columns[0], Integer.valueOf(number));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the table of system calls cannot be read", e);
        }
        return new SyscallTable(numbers);
    }

    /** Returns empty if the architecture has no call of that name, or only newer kernels have. */
    OptionalInt number(String name) {
        Integer number = numbers.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Returns the highest number; what is above was not known when the table was made. */
    int newest() {
        return newest;
    }
}
