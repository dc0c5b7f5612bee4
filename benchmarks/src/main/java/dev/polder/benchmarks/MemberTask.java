package dev.polder.benchmarks;

/** What a member in a JVM of its own does besides following or leading. */
enum MemberTask {
    /** Nothing by itself; it saves a snapshot whenever one is wanted. */
    LOAD,
    /** Nothing by itself, and its log keeps everything. */
    KEEP,
    /** It proposes an entry every millisecond while it leads, and says when the first one was acknowledged. */
    WRITE,
    /** It says when it was given a snapshot, and how much heap it has needed. */
    INSTALL,
    /** It hosts the recipes, for clients in other processes, and says nothing. */
    RECIPES
}
