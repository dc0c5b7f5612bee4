package dev.polder.isolation.oci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a filter program as the kernel does, and refuses one that the kernel would refuse. */
final class TestKernel {
    private static final int INSTRUCTION_BYTES = 8;
    private final ByteBuffer program;

    TestKernel(byte[] program) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        if (program.length == 0 || program.length % INSTRUCTION_BYTES != 0 || length() > 4096) {
            throw new IllegalArgumentException("the kernel takes no program of " + program.length + " bytes");
        }
        if ((program[program.length - INSTRUCTION_BYTES] & 7) != 6) {
            throw new IllegalArgumentException("the program does not end with a return");
        }
    }

    int length() {
        return program.capacity() / INSTRUCTION_BYTES;
    }

    /** Returns what the program returns for a call. */
    int run(int architecture, int number, long... arguments) {
        ByteBuffer call = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        call.putInt(number).putInt(architecture).putLong(0x7fff_1234_5678L);
        for (long argument : arguments) {
            call.putLong(argument);
        }
        int accumulator = 0;
        int at = 0;
        while (true) {
            int code = program.getShort(at * INSTRUCTION_BYTES) & 0xFFFF;
            int ifTrue = program.get(at * INSTRUCTION_BYTES + 2) & 0xFF;
            int ifFalse = program.get(at * INSTRUCTION_BYTES + 3) & 0xFF;
            int constant = program.getInt(at * INSTRUCTION_BYTES + 4);
            at++;
            int compared = Integer.compareUnsigned(accumulator, constant);
            switch (code) {
                case 0x20 -> {
                    if (constant % 4 != 0) {
                        throw new IllegalArgumentException("load from " + constant);
                    }
                    accumulator = call.getInt(constant);
                }
                case 0x54 -> accumulator &= constant;
                case 0x05 -> at += constant;
                case 0x15 -> at += compared == 0 ? ifTrue : ifFalse;
                case 0x25 -> at += compared > 0 ? ifTrue : ifFalse;
                case 0x35 -> at += compared >= 0 ? ifTrue : ifFalse;
                case 0x06 -> {
                    return constant;
                }
                default -> throw new IllegalArgumentException("no instruction " + code);
            }
        }
    }
}
