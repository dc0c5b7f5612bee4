package dev.polder.raft.history;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** What tests have done in a JVM of its own. Its words are in {@link HistoryJvm}. */
final class HistoryProgram {
    static final HistoryLimits LIMITS = new HistoryLimits(500, 64 << 10, 500 * 512L);

    private final Path directory;

    private HistoryProgram(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] arguments) throws Exception {
        HistoryProgram program = new HistoryProgram(Path.of(arguments[1]));
        switch (arguments[0]) {
            case "fill" -> program.fill(Integer.parseInt(arguments[2]));
            case "check" -> program.check();
            case "put" -> program.putForEver();
            case "walk" -> program.walk(Long.parseLong(arguments[2]));
            case "flip" -> program.flip(Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
            case "threads" -> program.threads();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private History open() {
        return History.open(directory, LIMITS, "test");
    }

    private void fill(int records) {
        try (History history = open()) {
            for (long number = 0; number < records; number++) {
                history.put(number, OwnRecords.record(number, 0, OwnRecords.HEAD_BYTES + (int) number % 300));
            }
            System.out.println("filled " + history.size());
        }
    }

    /** Prints how many records there are; fails if one is wrong. */
    private void check() {
        try (History history = open()) {
            System.out.println("found " + wholeRecords(history));
        }
    }

    private static int wholeRecords(History history) {
        int whole = 0;
        for (long number : history.numbers()) {
            Optional<byte[]> record = history.get(number);
            if (record.isPresent() && !OwnRecords.isOf(number, record.get())) {
                throw new IllegalStateException("wrong record under " + number + ": " + Arrays.toString(record.get()));
            }
            whole += record.isPresent() ? 1 : 0;
        }
        return whole;
    }

    /** Puts, puts anew and removes until it is killed. */
    private void putForEver() {
        Random random = new Random(1);
        try (History history = open()) {
            System.out.println("found " + wholeRecords(history));
            for (long step = 0; ; step++) {
                long number = step / 2 - random.nextInt(300);
                if (number >= 0) {
                    history.put(
                            number,
                            OwnRecords.record(number, (int) step, OwnRecords.HEAD_BYTES + random.nextInt(2_000)));
                }
                if (step % 5 == 0) {
                    history.remove(number - 100);
                }
                if (step == 2_000) {
                    System.out.println("going");
                }
            }
        }
    }

    /** Does the same to a history and to a map. */
    private void walk(long seed) {
        Random random = new Random(seed);
        TreeMap<Long, byte[]> model = new TreeMap<>();
        long bytes = 0;
        History history = open();
        for (int step = 0; step < 20_000; step++) {
            long number = random.nextInt(400) + (long) step / 20;
            int what = random.nextInt(1_000);
            if (what < 700) {
                int length = OwnRecords.HEAD_BYTES + random.nextInt(what < 5 ? 60_000 : 1_000);
                byte[] record = OwnRecords.record(number, step, length);
                byte[] old = model.remove(number);
                bytes -= old == null ? 0 : old.length;
                boolean kept = true;
                while (kept && (model.size() + 1 > LIMITS.recordsMax() || bytes + length > LIMITS.bytesMax())) {
                    kept = number > model.firstKey();
                    bytes -= kept ? model.pollFirstEntry().getValue().length : 0;
                }
                if (kept) {
                    model.put(number, record);
                    bytes += length;
                }
                require(history.put(number, record) == kept, seed, step, "put");
            } else if (what < 900) {
                byte[] old = model.remove(number);
                bytes -= old == null ? 0 : old.length;
                history.remove(number);
            } else if (what < 998) {
                requireSame(model, history, number, seed, step);
            } else {
                history.close();
                history = open();
                int before = model.size();
                // what had no room in the file was in the heap, and is gone
                for (long known : model.keySet().stream().toList()) {
                    if (!history.contains(known)) {
                        bytes -= model.remove(known).length;
                    }
                }
                require(model.size() >= before - 10, seed, step, "lost by a clean end: " + (before - model.size()));
            }
            require(history.size() == model.size(), seed, step, "size " + history.size() + ", not " + model.size());
        }
        for (long number : model.keySet()) {
            requireSame(model, history, number, seed, -1);
        }
        history.close();
        System.out.println("walked");
    }

    private static void requireSame(Map<Long, byte[]> model, History history, long number, long seed, int step) {
        require(
                Arrays.equals(model.get(number), history.get(number).orElse(null)),
                seed,
                step,
                "record " + number + " is not as it was put");
    }

    private static void require(boolean holds, long seed, int step, String what) {
        if (!holds) {
            throw new IllegalStateException("seed " + seed + " step " + step + ": " + what);
        }
    }

    /** Opens copies of a directory with some bits turned: it opens, and shows no wrong record. */
    private void flip(long seed, int copies) throws IOException {
        Random random = new Random(seed);
        Path original = directory;
        int found = 0;
        for (int copy = 0; copy < copies; copy++) {
            Path damaged = directory.resolveSibling("damaged-" + copy);
            Files.createDirectories(damaged);
            for (String file : new String[] {HistoryOpening.RECORDS_FILE, HistoryOpening.MARK_FILE}) {
                Files.copy(original.resolve(file), damaged.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            String file = random.nextInt(20) == 0 ? HistoryOpening.MARK_FILE : HistoryOpening.RECORDS_FILE;
            int flips = 1 + random.nextInt(50);
            System.out.println("flips " + flips + " in " + file + " of copy " + copy);
            try (RandomAccessFile bytes =
                    new RandomAccessFile(damaged.resolve(file).toFile(), "rw")) {
                // half of them in what tells where all else lies
                long reach = random.nextBoolean() ? bytes.length() : Math.min(bytes.length(), 40_000);
                for (int flip = 0; flip < flips; flip++) {
                    long offset = (long) (random.nextDouble() * reach);
                    bytes.seek(offset);
                    int old = bytes.read();
                    bytes.seek(offset);
                    bytes.write(old ^ (1 << random.nextInt(8)));
                }
            }
            try (History history = History.open(damaged, LIMITS, "test")) {
                found += wholeRecords(history);
                history.put(7, OwnRecords.record(7, 99, 100));
                require(
                        Arrays.equals(history.get(7).orElse(null), OwnRecords.record(7, 99, 100)),
                        seed,
                        copy,
                        "cannot be used after the damage");
            }
            Files.delete(damaged.resolve(HistoryOpening.RECORDS_FILE));
        }
        System.out.println("survived, found " + found);
    }

    private void threads() {
        open().close();
        Thread.getAllStackTraces().keySet().forEach(thread -> System.out.println("thread " + thread.getName()));
    }
}
