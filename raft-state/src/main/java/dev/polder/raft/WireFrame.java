package dev.polder.raft;

/**
 * A message on its way.
 *
 * @param requestId chosen by who asks, repeated by who answers
 */
record WireFrame(long requestId, WireMessage message) {}
