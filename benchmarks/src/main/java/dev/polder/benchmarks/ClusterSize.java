package dev.polder.benchmarks;

/** How large a cluster is that an offer engine looks after. */
record ClusterSize(int agents, int frameworks, int roles) {
    @Override
    public String toString() {
        return agents + " agents, " + frameworks + " frameworks, " + roles + " roles";
    }
}
