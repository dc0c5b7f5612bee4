package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

/** Whatever the kernel's files hold, it is read as what it says, or as nothing. */
class ParsingProperties {
    private static final Path FILE = Path.of("/g/memory.stat");

    private static StatBytes stat(String text, int capacity) throws IOException {
        FakeKernel kernel = new FakeKernel();
        kernel.put(FILE.getParent(), "memory.stat", text);
        StatBytes stat = new StatBytes(kernel, capacity);
        stat.load(FILE);
        return stat;
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings()
                .withCharRange(' ', '~')
                .withChars("\t\n\\:,")
                .excludeChars('/')
                .ofMinLength(1)
                .ofMaxLength(12);
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.strings()
                .withChars("0123456789 -/\\:,=.\tcgroup2rwmax\n")
                .ofMaxLength(120);
    }

    private static String escape(String name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char letter = name.charAt(i);
            if (" \t\n\\#".indexOf(letter) >= 0) {
                text.append('\\').append(String.format("%03o", (int) letter));
            } else {
                text.append(letter);
            }
        }
        return text.toString();
    }

    @Property
    void aMountIsReadAsItWasWritten(
            @ForAll("names") String root, @ForAll("names") String point, @ForAll @IntRange(max = 3) int optional) {
        String line = "36 35 98:0 /" + escape(root) + " /" + escape(point) + " rw,noatime"
                + " shared:1".repeat(optional) + " - cgroup none rw,cpu,cpuacct";

        List<CgroupMount> mounts = CgroupMount.parse("\n1 2 3\n" + line + "\n");

        assertThat(mounts).hasSize(1);
        assertThat(mounts.get(0).root()).isEqualTo("/" + root);
        assertThat(mounts.get(0).mountPoint()).isEqualTo(Path.of("/" + point));
        assertThat(mounts.get(0).options()).containsExactlyInAnyOrder("rw", "cpu", "cpuacct");
    }

    @Property
    void anyTextIsAListOfMountsAndMemberships(
            @ForAll("lines") String text, @ForAll @StringLength(max = 80) String any) {
        for (String lines : List.of(text, any, "30 22 0:27 / / rw - cgroup a " + any, "1:" + text, "0::/" + any)) {
            assertThatCode(() -> CgroupMount.parse(lines).forEach(mount -> {
                        mount.directory("/" + any);
                        mount.directory(mount.root());
                    }))
                    .doesNotThrowAnyException();
            assertThatCode(() -> Membership.parse(lines)).doesNotThrowAnyException();
        }
    }

    @Property
    void aGroupIsNeverSeenOutsideOfTheMountPoint(
            @ForAll("paths") String root, @ForAll("paths") String group, @ForAll("paths") String point) {
        CgroupMount mount = new CgroupMount(false, root, Path.of(point.replace("..", "x")), Set.of());

        Path seen = mount.directory(group);

        if (seen != null) {
            assertThat(seen.normalize()).isEqualTo(seen);
            assertThat(seen.startsWith(mount.mountPoint())).isTrue();
            String below = mount.mountPoint().relativize(seen).toString();
            assertThat(Path.of(root, below)).isEqualTo(Path.of(group));
        }
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("a", "b", "..", "ab").list().ofMaxSize(4).map(names -> "/" + String.join("/", names));
    }

    @Property
    void aMembershipIsReadAsItWasWritten(@ForAll("names") String group) {
        if (group.indexOf('\n') >= 0) {
            return;
        }
        List<Membership> read = Membership.parse("4:cpu,cpuacct:/" + group + "\n0::/" + group + "\nx\n");

        assertThat(read)
                .containsExactly(
                        new Membership(false, Set.of("cpu", "cpuacct"), "/" + group),
                        new Membership(true, Set.of(), "/" + group));
    }

    @Property
    void numbersAreReadAsTheyWereWritten(@ForAll @LongRange(min = 0) long number) throws IOException {
        StatBytes stat = stat("a 1\nkey " + number + "\nkeys 7\n", 200);

        boolean unlimited = number > Long.MAX_VALUE - (1 << 20);
        assertThat(stat.value(FILE, StatBytes.key("key"))).isEqualTo(unlimited ? StatBytes.UNLIMITED : number);
    }

    @Property
    void numbersThatDoNotFitAreNoLimit(@ForAll @LongRange(min = 0) long number, @ForAll @IntRange(max = 9) int digit)
            throws IOException {
        String tooLarge = Long.toUnsignedString(number | Long.MIN_VALUE);

        assertThat(stat("key " + tooLarge + "\n", 200).first(FILE)).isZero();
        assertThat(stat(tooLarge + "\n", 200).first(FILE)).isEqualTo(StatBytes.UNLIMITED);
        assertThat(stat(tooLarge + digit + "\n", 200).first(FILE)).isEqualTo(StatBytes.UNLIMITED);
    }

    @Property
    void whatIsNoNumberDoesNotHurt(@ForAll("lines") String text, @ForAll @StringLength(max = 80) String any)
            throws IOException {
        for (String lines : List.of(text, any)) {
            StatBytes stat = stat(lines, 64);
            int words = 0;
            while (stat.nextLine()) {
                while (stat.nextWord()) {
                    assertThat(stat.number()).isNotNegative();
                    words++;
                }
            }
            assertThat(words).isLessThanOrEqualTo(64);
        }
    }

    @Property
    void aCutOffLineIsNone(@ForAll @IntRange(min = 1, max = 60) int capacity) throws IOException {
        String text = "a 111\nb 222\nc 333\nd 444\n";
        StatBytes stat = stat(text, capacity);
        StringBuilder read = new StringBuilder();

        while (stat.nextLine()) {
            stat.nextWord();
            read.append(stat.wordIs(StatBytes.key("a")) ? "a" : "?").append(' ').append(stat.nextNumber());
            read.append('\n');
        }

        int whole = Math.min(capacity, text.length()) / 6;
        assertThat(read.toString()).isEqualTo("a 111\n? 222\n? 333\n? 444\n".substring(0, whole * 6));
        assertThat(text.getBytes(StandardCharsets.US_ASCII)).hasSize(24);
    }

    @Property
    void listsOfCpusAreSafeToWrite(@ForAll("lines") String text) {
        try {
            assertThat(new CpusetLimits(text, null).cpus()).matches("[0-9,-]+");
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("cpus");
        }
    }
}
