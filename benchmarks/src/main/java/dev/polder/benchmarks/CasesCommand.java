package dev.polder.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures cases one after the other and prints what came out: figures on stdout, progress on stderr. */
abstract class CasesCommand<F> implements Callable<Integer> {
    /** What measures a case. */
    interface Case<F> {
        List<F> measure() throws Exception;
    }

    @Option(names = "--csv", description = "Rows of values separated by commas in place of a table.")
    private boolean csv;

    @Option(names = "--only", split = ",", description = "Which cases, in which order (default: all).")
    private List<String> only = List.of();

    @Spec
    private CommandSpec spec;

    /** Returns the cases in the order in which they are measured, by name; called once the options are known. */
    abstract Map<String, Case<F>> cases(PrintWriter progress);

    /** Returns what is printed for machines. */
    abstract List<String> rows(List<F> figures);

    /** Returns what is printed for people. */
    abstract List<String> table(List<F> figures) throws IOException;

    CommandLine commandLine() {
        return spec.commandLine();
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter progress = spec.commandLine().getErr();
        Map<String, Case<F>> cases = cases(progress);
        for (String name : only) {
            if (!cases.containsKey(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--only " + name + ": none of the cases " + String.join(", ", cases.keySet()));
            }
        }
        List<F> figures = new ArrayList<>();
        for (String name : only.isEmpty() ? cases.keySet() : only) {
            progress.println(name + " ...");
            progress.flush();
            figures.addAll(requireNonNull(cases.get(name)).measure());
        }
        PrintWriter out = spec.commandLine().getOut();
        (csv ? rows(figures) : table(figures)).forEach(out::println);
        out.flush();
        return 0;
    }
}
