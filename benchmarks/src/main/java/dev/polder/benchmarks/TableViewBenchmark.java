package dev.polder.benchmarks;

import dev.polder.master.Table;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a view costs the master thread: taking one, and the first change to as many pages as one turn touches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TableViewBenchmark {
    private static final int CHANGES = 100;

    /** How many records the table holds. */
    @Param({"1000", "100000"})
    public int entries;

    private Table<Integer> table = new Table<>();
    private int next;

    /** Fills the table. */
    @Setup
    public void fill() {
        table = new Table<>();
        for (int i = 0; i < entries; i++) {
            table.add(i);
        }
    }

    /** Takes a view and makes a turn's worth of changes behind it. */
    @Benchmark
    public Object viewAndChange() {
        Table.View<Integer> view = table.view();
        for (int i = 0; i < CHANGES; i++) {
            next = (next + 7919) % entries;
            table.set(next, next);
        }
        return view;
    }
}
