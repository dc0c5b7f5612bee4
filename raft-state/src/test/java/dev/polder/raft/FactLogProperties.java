package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The log against a list, through restarts, truncations, cuts and power losses. */
class FactLogProperties {
    private static final LogLimits SMALL = new LogLimits(20_000, 3_000, 1L << 30);

    enum Deed {
        APPEND_SMALL,
        APPEND_LARGE,
        APPEND_MANY,
        FLUSH,
        FORCE,
        READ,
        TRUNCATE,
        RESTART,
        LOSE_POWER
    }

    @Provide
    Arbitrary<List<Deed>> deeds() {
        return Arbitraries.of(Deed.class).list().ofMinSize(1).ofMaxSize(60);
    }

    @Property(tries = 400)
    void shouldBeAListThatKeepsWhatWasForced(@ForAll("deeds") List<Deed> deeds, @ForAll long seed) throws Exception {
        try (Model model = new Model(seed)) {
            for (Deed deed : deeds) {
                model.apply(deed);
            }
            model.restart();
            model.read();
        }
    }

    @Property(tries = 200)
    void shouldOpenToAPrefixOrRefuseWhenTheTailWasCut(@ForAll("deeds") List<Deed> deeds, @ForAll long seed)
            throws Exception {
        try (Model model = new Model(seed)) {
            for (Deed deed : deeds) {
                model.apply(deed);
            }
            model.cutTail();
        }
    }

    private static final class Model implements AutoCloseable {
        private final Random random;
        private LossyDisk disk = new LossyDisk();
        private FactLog log;
        private final List<byte[]> entries = new ArrayList<>();
        private int durable;
        private long term = 1;

        Model(long seed) throws IOException {
            random = new Random(seed);
            log = FactLog.open(disk, Rules.KEPT, SMALL, 0, Floor.NONE, () -> {});
        }

        void apply(Deed deed) throws IOException {
            switch (deed) {
                case APPEND_SMALL -> append(random.nextInt(100));
                case APPEND_LARGE -> append(random.nextInt(30_000));
                case APPEND_MANY -> {
                    for (int i = random.nextInt(200); i >= 0; i--) {
                        append(random.nextInt(50));
                    }
                }
                case FLUSH -> log.flush();
                case FORCE -> {
                    log.force();
                    durable = entries.size();
                }
                case READ -> read();
                case TRUNCATE -> truncate(random.nextInt(entries.size() + 1));
                case RESTART -> restart();
                case LOSE_POWER -> losePower();
            }
        }

        private void append(int size) {
            byte[] entry = new byte[size];
            random.nextBytes(entry);
            term += random.nextInt(10) / 9;
            log.append(term, EntryKind.FACTS, entry);
            entries.add(entry);
        }

        private void truncate(int size) {
            log.truncate(size);
            if (size < entries.size()) {
                entries.subList(size, entries.size()).clear();
                durable = size;
            }
        }

        void read() {
            int from = random.nextInt(entries.size() + 1);
            LogCursor cursor = new LogCursor(log, from + 1);
            for (byte[] entry : entries.subList(from, entries.size())) {
                assertThat(cursor.next().payload()).isEqualTo(entry);
            }
            assertThat(cursor.hasNext()).isFalse();
        }

        /** What was written survives the end of the process, but is no more durable than before. */
        void restart() throws IOException {
            log.flush();
            log.close();
            disk = disk.killProcess();
            log = FactLog.open(disk, Rules.KEPT, SMALL, 0, Floor.NONE, () -> {});
            assertThat(log.lastIndex()).isEqualTo(entries.size());
        }

        void losePower() throws IOException {
            // The log may have forced more than it was asked to; what it says must be true.
            durable = (int) Math.max(durable, log.durableIndex());
            disk = disk.losePower(random);
            FactLog.open(disk, Rules.KEPT, SMALL, durable, Floor.NONE, () -> {}).close();
            log = FactLog.open(disk, Rules.KEPT, SMALL, 0, Floor.NONE, () -> {});
            assertThat(log.lastIndex()).isBetween((long) durable, (long) entries.size());
            entries.subList((int) log.lastIndex(), entries.size()).clear();
            durable = entries.size();
            read();
        }

        void cutTail() throws IOException {
            log.force();
            log.close();
            String last = disk.names().stream().sorted().reduce((a, b) -> b).orElseThrow();
            byte[] file = disk.read(last);
            disk.replace(last, Arrays.copyOf(file, random.nextInt(file.length + 1)));
            try {
                log = FactLog.open(disk, Rules.KEPT, SMALL, 0, Floor.NONE, () -> {});
                entries.subList((int) log.lastIndex(), entries.size()).clear();
                read();
            } catch (IOException e) {
                assertThat(e).hasMessageMatching("log file lossy/facts-\\d{20}\\.log at offset \\d+: .*");
            }
        }

        @Override
        public void close() throws IOException {
            log.close();
        }
    }
}
