package dev.polder.isolation.oci;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.oci.NaiveProfile.Condition;
import dev.polder.isolation.oci.NaiveProfile.Rule;
import dev.polder.isolation.oci.NaiveProfile.When;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The program does what the profile says, call by call, for every call about which the two could differ. */
class SeccompFilterProperties {
    private static final List<Long> INTERESTING =
            List.of(0L, 1L, 8L, 0xFFFF_FFFFL, 0x1_0000_0000L, 0x1_0000_0008L, 0x7E02_0000L, Long.MIN_VALUE, -1L);

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }

    private static Arbitrary<Condition> conditions() {
        Arbitrary<Long> values = Arbitraries.of(INTERESTING);
        Arbitrary<String> operators = Arbitraries.of("EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ");
        return Combinators.combine(Arbitraries.integers().between(0, 2), operators, values, values)
                .as((index, operator, value, two) ->
                        new Condition(index, operator, unsigned(value), unsigned(two & value)));
    }

    private static Arbitrary<When> whens() {
        Arbitrary<When> some = Combinators.combine(
                        Arbitraries.of("amd64", "arm64", "s390x").list().ofMaxSize(1),
                        Arbitraries.of("CAP_SYS_ADMIN", "CAP_BPF").list().ofMaxSize(2),
                        Arbitraries.of(0, 0, 3, 5, 6))
                .as(When::new);
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(new When(List.of(), List.of(), 0))), Tuple.of(1, some));
    }

    @Provide
    Arbitrary<NaiveProfile> profiles() {
        Arbitrary<Rule> rule = Combinators.combine(
                        Arbitraries.of(new TreeSet<>(NaiveProfile.CALLS.keySet()))
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(3),
                        Arbitraries.frequencyOf(
                                Tuple.of(4, Arbitraries.just("ALLOW")),
                                Tuple.of(1, Arbitraries.of("ERRNO", "KILL", "KILL_PROCESS", "TRAP", "LOG", "TRACE"))),
                        Arbitraries.of(1, 38, 4095),
                        conditions().list().ofMaxSize(3),
                        whens(),
                        whens())
                .as(Rule::new);
        return Combinators.combine(
                        Arbitraries.of("ERRNO", "ALLOW", "KILL_PROCESS", "LOG"),
                        rule.list().ofMaxSize(6))
                .as(NaiveProfile::new);
    }

    @Provide
    Arbitrary<Set<String>> capabilities() {
        return Arbitraries.of("CAP_SYS_ADMIN", "CAP_BPF", "CAP_CHOWN").set();
    }

    @Property(tries = 1500)
    void programsDoWhatTheProfileSays(
            @ForAll("profiles") NaiveProfile profile,
            @ForAll("capabilities") Set<String> capabilities,
            @ForAll Architecture architecture)
            throws JsonException {
        SeccompProfile parsed = SeccompProfile.parse(profile.json(), "profile");
        String arch = architecture == Architecture.X86_64 ? "amd64" : "arm64";
        byte[] program = parsed.filter(architecture, capabilities, new KernelVersion(5, 5))
                .program();

        TestKernel kernel = new TestKernel(program);
        for (int number : numbers(profile)) {
            for (long[] arguments : arguments()) {
                assertThat(kernel.run(architecture.auditNumber(), number, arguments))
                        .as("call %s of %s", number, List.of(arguments[0], arguments[1], arguments[2]))
                        .isEqualTo(profile.evaluate(arch, capabilities, 5, number, arguments));
            }
        }
        int other = architecture == Architecture.X86_64 ? 0x4000_0003 : Architecture.X86_64.auditNumber();
        assertThat(kernel.run(other, 0, new long[6])).isEqualTo(NaiveProfile.KILL_PROCESS);
    }

    private static Set<Integer> numbers(NaiveProfile profile) {
        Set<Integer> numbers =
                new TreeSet<>(List.of(4, 450, 451, 10_000, 0x3FFF_FFFF, 0x4000_0000, -2, -1, Integer.MIN_VALUE));
        for (Rule rule : profile.rules()) {
            for (String name : rule.names()) {
                for (int number : requireNonNull(NaiveProfile.CALLS.get(name))) {
                    numbers.add(number);
                    numbers.add(number + 1);
                }
            }
        }
        return numbers;
    }

    private static List<long[]> arguments() {
        List<long[]> arguments = new ArrayList<>();
        for (long first : INTERESTING) {
            for (long second : INTERESTING) {
                arguments.add(new long[] {first, second, 8, 0, 0, 0});
                arguments.add(new long[] {first, 0, second - 1, 0, 0, 0});
            }
        }
        return arguments;
    }
}
