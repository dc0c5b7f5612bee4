package dev.polder.isolation.oci;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.Arrays;
import java.util.Map;

/**
 * What becomes of a system call.
 *
 * @param data the error that the caller sees, or what the tracer is told; 0 for every other kind
 */
record SeccompAction(Kind kind, int data) {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int ERRNO_MAX = 4095;
    private static final int TRACE_DATA_MAX = 0xFFFF;

    /** The call does not exist, so the program does it in another way. */
    static final SeccompAction UNKNOWN_CALL = new SeccompAction(Kind.ERRNO, ENOSYS);

    /** The call and its whole process end. */
    static final SeccompAction KILL = new SeccompAction(Kind.KILL_PROCESS, 0);

    enum Kind {
        ALLOW(0x7FFF_0000),
        LOG(0x7FFC_0000),
        TRACE(0x7FF0_0000),
        ERRNO(0x0005_0000),
        TRAP(0x0003_0000),
        KILL_THREAD(0),
        KILL_PROCESS(0x8000_0000);

        private final int returned;

        Kind(int returned) {
            this.returned = returned;
        }

        private static Kind parse(JsonValue name) throws JsonException {
            String text = name.text();
            // the older name of the same
            String known = text.equals("SCMP_ACT_KILL") ? KILL_THREAD.seccompName() : text;
            return Arrays.stream(values())
                    .filter(kind -> kind.seccompName().equals(known))
                    .findFirst()
                    .orElseThrow(() -> new JsonException(name.place() + " is " + text
                            + ", which is not an action that works without a listener: " + names()));
        }

        private static String names() {
            return String.join(
                    ", ", Arrays.stream(values()).map(Kind::seccompName).toList());
        }

        private String seccompName() {
            return "SCMP_ACT_" + name();
        }

        private boolean hasData() {
            return this == ERRNO || this == TRACE;
        }
    }

    /** Reads an action and the number that goes with it; without one it is EPERM, as everywhere. */
    static SeccompAction parse(JsonValue name, JsonValue data) throws JsonException {
        Kind kind = Kind.parse(name);
        if (!kind.hasData()) {
            return new SeccompAction(kind, 0);
        }
        long number = data.number(EPERM);
        int max = kind == Kind.ERRNO ? ERRNO_MAX : TRACE_DATA_MAX;
        if (number < 0 || number > max) {
            throw new JsonException(data.place() + " is " + number + ", not from 0 to " + max);
        }
        return new SeccompAction(kind, (int) number);
    }

    /** Tells whether the call goes through. */
    boolean allows() {
        return kind == Kind.ALLOW || kind == Kind.LOG;
    }

    /** Returns what a filter returns to the kernel. */
    int returned() {
        return kind.returned | data;
    }

    /** Adds it to a rule, or to the whole configuration, in the form of an OCI runtime. */
    void addTo(Map<String, Object> object, String nameMember, String dataMember) {
        object.put(nameMember, kind.seccompName());
        if (kind.hasData()) {
            object.put(dataMember, data);
        }
    }
}
