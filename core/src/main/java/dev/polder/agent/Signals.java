package dev.polder.agent;

import java.util.List;

/** The signals of Linux in words, as {@code strsignal} of the C library says them; Mesos's messages carry these words. */
final class Signals {
    private static final List<String> NAMES = List.of(
            "Hangup",
            "Interrupt",
            "Quit",
            "Illegal instruction",
            "Trace/breakpoint trap",
            "Aborted",
            "Bus error",
            "Floating point exception",
            "Killed",
            "User defined signal 1",
            "Segmentation fault",
            "User defined signal 2",
            "Broken pipe",
            "Alarm clock",
            "Terminated",
            "Stack fault",
            "Child exited",
            "Continued",
            "Stopped (signal)",
            "Stopped",
            "Stopped (tty input)",
            "Stopped (tty output)",
            "Urgent I/O condition",
            "CPU time limit exceeded",
            "File size limit exceeded",
            "Virtual timer expired",
            "Profiling timer expired",
            "Window changed",
            "I/O possible",
            "Power failure",
            "Bad system call");
    private static final int REAL_TIME_MIN = 34;
    private static final int REAL_TIME_MAX = 64;

    private Signals() {}

    static String name(int signal) {
        if (signal >= 1 && signal <= NAMES.size()) {
            return NAMES.get(signal - 1);
        }
        if (signal >= REAL_TIME_MIN && signal <= REAL_TIME_MAX) {
            return "Real-time signal " + (signal - REAL_TIME_MIN);
        }
        return "Unknown signal " + signal;
    }
}
