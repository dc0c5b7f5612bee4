package dev.polder;

/** What a node does in the cluster. */
public enum NodeRole {
    /** Takes part in the consensus, decides when it leads, and serves the HTTP APIs. */
    MASTER,
    /** Offers this machine's resources and runs tasks. */
    AGENT
}
