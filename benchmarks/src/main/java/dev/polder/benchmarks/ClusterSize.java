package dev.polder.benchmarks;

/** How large a cluster is that an offer engine looks after. */
record ClusterSize(int agents, int frameworks, int roles) {
    /** Returns the role of a framework; they take turns in the roles. */
    String role(int framework) {
        return "role-" + framework % roles;
    }
}
