package dev.polder.model;

/**
 * What a pure class is told of the time.
 *
 * @param nowMs monotonic milliseconds from an arbitrary start, never going back; all deadlines are counted in it
 * @param wallMs milliseconds since 1970, for people to read; may jump
 */
public record Moment(long nowMs, long wallMs) {}
