package dev.polder.agent;

/**
 * When something is decided.
 *
 * @param nowMs monotonic time, for time-outs
 * @param wallMs since 1970, for people
 */
public record Moment(long nowMs, long wallMs) {}
