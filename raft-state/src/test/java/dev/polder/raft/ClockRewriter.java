package dev.polder.raft;

import io.atomix.protocols.raft.impl.RaftContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Before the tests: writes copies of those classes of Atomix's leader that read the clock, reading {@link VirtualClock}
 * instead. They lie among the test classes, which come before the jar; without them a run in virtual time is right but
 * never the same twice.
 */
public final class ClockRewriter {
    private static final String CLOCK = VirtualClock.class.getName().replace('.', '/');
    /** How many calls there are in Atomix 3.1.12; another number means another Atomix, to be looked at. */
    private static final int CALLS = 28;

    private int calls;

    private ClockRewriter() {}

    /** Takes the directory to write to. */
    public static void main(String[] arguments) throws Exception {
        Path jar = Path.of(RaftContext.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        ClockRewriter rewriter = new ClockRewriter();
        rewriter.rewrite(jar, Path.of(arguments[0]));
        if (rewriter.calls != CALLS) {
            throw new IllegalStateException(jar + ": " + rewriter.calls + " calls read the clock, not " + CALLS);
        }
    }

    private void rewrite(Path jar, Path target) throws IOException {
        try (JarFile classes = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(classes.entries())) {
                if (entry.getName().matches("io/atomix/protocols/raft/(roles|cluster/impl)/[^/]*\\.class")) {
                    int before = calls;
                    byte[] rewritten = rewrite(classes.getInputStream(entry).readAllBytes());
                    if (calls > before) {
                        Path file = target.resolve(entry.getName());
                        Files.createDirectories(file.resolveSibling("."));
                        Files.write(file, rewritten);
                    }
                }
            }
        }
    }

    private byte[] rewrite(byte[] original) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(original)
                .accept(
                        new ClassVisitor(Opcodes.ASM9, writer) {
                            @Override
                            public MethodVisitor visitMethod(
                                    int access, String name, String descriptor, String signature, String[] thrown) {
                                return new ClockCalls(super.visitMethod(access, name, descriptor, signature, thrown));
                            }
                        },
                        0);
        return writer.toByteArray();
    }

    private final class ClockCalls extends MethodVisitor {
        ClockCalls(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            boolean readsClock = (owner.equals("java/lang/System") && name.equals("currentTimeMillis"))
                    || (owner.equals("java/time/Instant") && name.equals("now"));
            calls += readsClock ? 1 : 0;
            super.visitMethodInsn(opcode, readsClock ? CLOCK : owner, name, descriptor, isInterface);
        }
    }
}
