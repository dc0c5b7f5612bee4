package dev.polder.http;

/**
 * The answer to a request that does not reach the handler.
 *
 * @param status the status to answer
 * @param text thing, value and rule
 * @param closes whether the connection cannot be used after it
 */
record Refusal(int status, String text, boolean closes) {}
