package dev.polder.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Runs the small measurements. */
@Command(
        name = "micro",
        description = "The JMH benchmarks; what follows goes to JMH as it is.",
        mixinStandardHelpOptions = false)
final class MicroCommand implements Callable<Integer> {
    @Parameters(arity = "0..*")
    private List<String> patterns = new ArrayList<>();

    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        List<String> arguments = new ArrayList<>(patterns);
        arguments.addAll(options);
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
