package dev.polder.benchmarks;

import java.io.IOException;

/** What is measured beside others: three servers, and whoever loads them. */
interface LoadedSystem {
    /** Returns what figures call it. */
    String name();

    /** Writes {@value RaftMember#ENTRY_BYTES} bytes at a time, so many outstanding, for so long. */
    LoadResult write(int outstandingMax, long millis) throws IOException, InterruptedException;

    /** Reads what is sure to be the newest, so many outstanding, for so long. */
    LoadResult read(int outstandingMax, long millis) throws IOException, InterruptedException;
}
