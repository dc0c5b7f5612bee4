package dev.polder.isolation.oci;

import static dev.polder.isolation.oci.Architecture.X86_64;

import dev.polder.isolation.json.JsonException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the kernel's filter program from decisions: the number is looked up by halving among the ranges of numbers
 * that have the same decision, of which there are few.
 *
 * <pre>
 *  another architecture? ──► kill
 *  number &gt;= middle? ──► right half | left half ──► … ──► conditions on the arguments ──► return
 * </pre>
 * Jumps only go forwards and are relative, so that pieces are put together as they are.
 */
final class SeccompCompiler {
    private static final int INSTRUCTIONS_MAX = 4096;
    private static final int INSTRUCTION_BYTES = 8;
    /** Numbers from here on are x32's on x86-64, apart from the one that a tracer sets to skip a call. */
    private static final long X32 = 0x4000_0000L;

    private static final long SKIPPED = 0xFFFF_FFFFL;

    private final Architecture architecture;

    SeccompCompiler(Architecture architecture) {
        this.architecture = architecture;
    }

    /** The numbers from {@code start} to where the next range starts. */
    private record Range(long start, SyscallDecision decision) {}

    /**
     * Returns the program.
     *
     * @param decisions by number
     * @param beyond what becomes of higher numbers
     * @throws JsonException if the program is too long for the kernel
     */
    byte[] compile(List<SyscallDecision> decisions, SeccompAction beyond) throws JsonException {
        List<BpfInstruction> program = new ArrayList<>();
        program.add(BpfInstruction.loadArchitecture());
        program.add(BpfInstruction.jumpIfEqual(architecture.auditNumber(), 1, 0));
        program.add(BpfInstruction.returning(SeccompAction.KILL));
        program.add(BpfInstruction.loadNumber());
        program.addAll(search(ranges(decisions, beyond)));
        if (program.size() > INSTRUCTIONS_MAX) {
            throw new JsonException("the profile needs " + program.size() + " instructions > INSTRUCTIONS_MAX="
                    + INSTRUCTIONS_MAX + ", which is the kernel's limit");
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        program.forEach(instruction -> instruction.writeTo(bytes));
        return bytes.array();
    }

    private List<Range> ranges(List<SyscallDecision> decisions, SeccompAction beyond) {
        List<Range> ranges = new ArrayList<>();
        for (int number = 0; number < decisions.size(); number++) {
            add(ranges, number, decisions.get(number));
        }
        add(ranges, decisions.size(), SyscallDecision.of(List.of(), beyond));
        if (architecture == X86_64) {
            add(ranges, X32, SyscallDecision.of(List.of(), SeccompAction.KILL));
            add(ranges, SKIPPED, SyscallDecision.of(List.of(), beyond));
        }
        return ranges;
    }

    private static void add(List<Range> ranges, long start, SyscallDecision decision) {
        if (ranges.isEmpty() || !ranges.get(ranges.size() - 1).decision().equals(decision)) {
            ranges.add(new Range(start, decision));
        }
    }

    private static List<BpfInstruction> search(List<Range> ranges) {
        if (ranges.size() == 1) {
            return decide(ranges.get(0).decision());
        }
        int middle = ranges.size() / 2;
        List<BpfInstruction> low = search(ranges.subList(0, middle));
        int start = (int) ranges.get(middle).start();
        List<BpfInstruction> code = new ArrayList<>();
        if (low.size() <= BpfInstruction.CONDITIONAL_JUMP_MAX) {
            code.add(BpfInstruction.jumpIfAtLeast(start, low.size(), 0));
        } else {
            code.add(BpfInstruction.jumpIfAtLeast(start, 0, 1));
            code.add(BpfInstruction.jump(low.size()));
        }
        code.addAll(low);
        code.addAll(search(ranges.subList(middle, ranges.size())));
        return code;
    }

    private static List<BpfInstruction> decide(SyscallDecision decision) {
        List<BpfInstruction> code = new ArrayList<>();
        for (SyscallDecision.Branch branch : decision.branches()) {
            code.addAll(branch(branch));
        }
        code.add(BpfInstruction.returning(decision.otherwise()));
        return code;
    }

    /** Returns code that returns the branch's action or goes on behind itself. */
    private static List<BpfInstruction> branch(SyscallDecision.Branch branch) {
        List<BpfInstruction> code = new ArrayList<>();
        code.add(BpfInstruction.returning(branch.action()));
        for (SeccompCondition condition : branch.conditions()) {
            List<BpfInstruction> before = new ArrayList<>(test(condition, code.size()));
            before.addAll(code);
            code = before;
        }
        return code;
    }

    /**
     * Returns code that goes on behind itself if the condition holds, and {@code skipped} instructions further if not.
     * The kernel compares 32 bits at a time: the upper half decides, the lower one if the upper ones are equal.
     */
    private static List<BpfInstruction> test(SeccompCondition condition, int skipped) {
        int high = (int) (condition.value() >>> Integer.SIZE);
        int low = (int) condition.value();
        BpfInstruction loadHigh = BpfInstruction.loadArgumentHigh(condition.index());
        BpfInstruction loadLow = BpfInstruction.loadArgumentLow(condition.index());
        return switch (condition.operator()) {
            case EQ ->
                List.of(
                        loadHigh,
                        BpfInstruction.jumpIfEqual(high, 0, 2 + skipped),
                        loadLow,
                        BpfInstruction.jumpIfEqual(low, 0, skipped));
            case NE ->
                List.of(
                        loadHigh,
                        BpfInstruction.jumpIfEqual(high, 0, 2),
                        loadLow,
                        BpfInstruction.jumpIfEqual(low, skipped, 0));
            case GT ->
                List.of(
                        loadHigh,
                        BpfInstruction.jumpIfAbove(high, 3, 0),
                        BpfInstruction.jumpIfEqual(high, 0, 2 + skipped),
                        loadLow,
                        BpfInstruction.jumpIfAbove(low, 0, skipped));
            case GE ->
                List.of(
                        loadHigh,
                        BpfInstruction.jumpIfAbove(high, 3, 0),
                        BpfInstruction.jumpIfEqual(high, 0, 2 + skipped),
                        loadLow,
                        BpfInstruction.jumpIfAtLeast(low, 0, skipped));
            case LT ->
                List.of(
                        loadHigh,
                        BpfInstruction.jumpIfAbove(high, 3 + skipped, 0),
                        BpfInstruction.jumpIfEqual(high, 0, 2),
                        loadLow,
                        BpfInstruction.jumpIfAtLeast(low, skipped, 0));
            case LE ->
                List.of(
                        loadHigh,
                        BpfInstruction.jumpIfAbove(high, 3 + skipped, 0),
                        BpfInstruction.jumpIfEqual(high, 0, 2),
                        loadLow,
                        BpfInstruction.jumpIfAbove(low, skipped, 0));
            case MASKED_EQ ->
                List.of(
                        loadHigh,
                        BpfInstruction.and(high),
                        BpfInstruction.jumpIfEqual((int) (condition.valueTwo() >>> Integer.SIZE), 0, 3 + skipped),
                        loadLow,
                        BpfInstruction.and(low),
                        BpfInstruction.jumpIfEqual((int) condition.valueTwo(), 0, skipped));
        };
    }
}
