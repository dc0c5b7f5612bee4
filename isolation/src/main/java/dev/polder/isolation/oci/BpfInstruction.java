package dev.polder.isolation.oci;

import java.nio.ByteBuffer;

/**
 * An instruction of the kernel's classic packet filter, here about a system call ({@code struct seccomp_data}): the
 * number at 0, the architecture at 4, the arguments from 16 on with eight bytes each, the lower half first.
 *
 * @param ifTrue how many instructions are skipped then, 0 to {@link #CONDITIONAL_JUMP_MAX}
 * @param ifFalse likewise
 * @param constant without a sign
 */
record BpfInstruction(int code, int ifTrue, int ifFalse, int constant) {
    /** The farthest that a condition jumps. */
    static final int CONDITIONAL_JUMP_MAX = 255;

    private static final int LOAD = 0x20;
    private static final int AND = 0x54;
    private static final int JUMP = 0x05;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_ABOVE = 0x25;
    private static final int JUMP_IF_AT_LEAST = 0x35;
    private static final int RETURN = 0x06;
    private static final int NUMBER_AT = 0;
    private static final int ARCHITECTURE_AT = 4;
    private static final int ARGUMENTS_AT = 16;

    BpfInstruction {
        if (ifTrue < 0 || ifTrue > CONDITIONAL_JUMP_MAX || ifFalse < 0 || ifFalse > CONDITIONAL_JUMP_MAX) {
            throw new IllegalArgumentException("a condition jumps by " + ifTrue + " or " + ifFalse
                    + ", not from 0 to CONDITIONAL_JUMP_MAX=" + CONDITIONAL_JUMP_MAX);
        }
    }

    static BpfInstruction loadNumber() {
        return new BpfInstruction(LOAD, 0, 0, NUMBER_AT);
    }

    static BpfInstruction loadArchitecture() {
        return new BpfInstruction(LOAD, 0, 0, ARCHITECTURE_AT);
    }

    static BpfInstruction loadArgumentLow(int index) {
        return new BpfInstruction(LOAD, 0, 0, ARGUMENTS_AT + Long.BYTES * index);
    }

    static BpfInstruction loadArgumentHigh(int index) {
        return new BpfInstruction(LOAD, 0, 0, ARGUMENTS_AT + Long.BYTES * index + Integer.BYTES);
    }

    static BpfInstruction and(int bits) {
        return new BpfInstruction(AND, 0, 0, bits);
    }

    static BpfInstruction jump(int skipped) {
        return new BpfInstruction(JUMP, 0, 0, skipped);
    }

    static BpfInstruction jumpIfEqual(int value, int ifTrue, int ifFalse) {
        return new BpfInstruction(JUMP_IF_EQUAL, ifTrue, ifFalse, value);
    }

    static BpfInstruction jumpIfAbove(int value, int ifTrue, int ifFalse) {
        return new BpfInstruction(JUMP_IF_ABOVE, ifTrue, ifFalse, value);
    }

    static BpfInstruction jumpIfAtLeast(int value, int ifTrue, int ifFalse) {
        return new BpfInstruction(JUMP_IF_AT_LEAST, ifTrue, ifFalse, value);
    }

    static BpfInstruction returning(SeccompAction action) {
        return new BpfInstruction(RETURN, 0, 0, action.returned());
    }

    /** Writes the eight bytes of {@code struct sock_filter}. */
    void writeTo(ByteBuffer bytes) {
        bytes.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(constant);
    }
}
