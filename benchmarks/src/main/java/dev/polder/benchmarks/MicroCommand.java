package dev.polder.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs the small measurements. */
@Command(
        name = MicroCommand.NAME,
        description = "The JMH benchmarks; what follows goes to JMH as it is.",
        mixinStandardHelpOptions = false)
final class MicroCommand implements Callable<Integer> {
    static final String NAME = "micro";

    /** As they came: JMH's options and their values belong together. */
    @Parameters(arity = "0..*")
    private List<String> arguments = new ArrayList<>();

    List<String> arguments() {
        return arguments;
    }

    @Override
    public Integer call() throws Exception {
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
