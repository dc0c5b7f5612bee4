package dev.polder.raft.history;

import java.util.List;
import java.util.Optional;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/** Finds out whether Chronicle Map can run in this JVM, without a word from it where it cannot. */
final class ChronicleProbe {
    /** What it reaches into by reflection; without one of them its classes cannot be initialized. */
    private static final List<String> OPENED = List.of("java.lang", "java.lang.reflect", "sun.nio.ch");

    private static final String COMPILER_MODULE = "jdk.compiler";
    private static final String COMPILER_PACKAGE = "com.sun.tools.javac.file";

    /** What it reads when its first class is loaded. A host that has said otherwise keeps its word. */
    private static final List<String[]> SETTINGS = List.of(
            new String[] {"chronicle.analytics.disable", "true"}, // it would write to the home folder and call home
            new String[] {"chronicle.announcer.disable", "true"}, // it would ask for the reader's address in the log
            new String[] {"background.releaser", "false"}); // it would start a thread that nobody can end

    private ChronicleProbe() {}

    /** Returns why it cannot run, in words; empty if a small map of it did. May take a second or two. */
    static Optional<String> obstacle() {
        return missingFlag().or(ChronicleProbe::failureOfASmallMap);
    }

    private static Optional<String> missingFlag() {
        Module base = Object.class.getModule();
        Module own = ChronicleProbe.class.getModule();
        for (String name : OPENED) {
            if (!base.isOpen(name, own)) {
                return Optional.of("no --add-opens java.base/" + name);
            }
        }
        Optional<Module> compiler = ModuleLayer.boot().findModule(COMPILER_MODULE);
        if (compiler.isEmpty()) {
            return Optional.of("no module " + COMPILER_MODULE);
        }
        return compiler.get().isExported(COMPILER_PACKAGE, own)
                ? Optional.empty()
                : Optional.of("no --add-exports " + COMPILER_MODULE + "/" + COMPILER_PACKAGE);
    }

    private static Optional<String> failureOfASmallMap() {
        for (String[] setting : SETTINGS) {
            if (System.getProperty(setting[0]) == null) {
                System.setProperty(setting[0], setting[1]);
            }
        }
        try (ChronicleMap<Long, byte[]> map = ChronicleMapBuilder.of(Long.class, byte[].class)
                .entries(4)
                .averageValueSize(8)
                .skipCloseOnExitHook(true)
                .create()) {
            byte[] value = {1};
            map.put(1L, value);
            byte[] back = map.get(1L);
            return back != null && back.length == value.length
                    ? Optional.empty()
                    : Optional.of("a small map lost its record");
        } catch (Throwable failure) { // most of its failures are Errors of class initialization
            return Optional.of("a small map failed: " + failure);
        }
    }
}
