package dev.polder.isolation.cgroup;

/** One write to a control file. */
record Setting(Controller controller, String file, String value) {}
