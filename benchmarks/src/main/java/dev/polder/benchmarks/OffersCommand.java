package dev.polder.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the offer engine alone. */
@Command(
        name = "offers",
        description = {
            "The offer engine alone: CPU time of its thread, median of ten after warm-up; every offer is checked.",
            "full-round: one offer for each agent of a cluster in which everything is free.",
            "nothing-free, all-filtered: a round in which nothing has changed; all in use, all declined by all.",
            "recover-1000: 1,000 agents of a full cluster come free and are offered again.",
            "add-framework: a framework comes to a full cluster.",
            "memory: heap, after collecting garbage, of a cluster with every agent offered.",
            "mixed: three sorts of frameworks place 19,500 tasks; virtual clock, answers take 10 ms.",
            "mixed-split: the same, but frameworks say what they wait for, and an agent is split between several.",
            "latency: from the end of a task to the offer of what it had, wall clock, one thread.",
            "latency-loop: the same to an engine on a thread of its own, which sleeps until then.",
            "steady: what an offer allocates on the heap when tasks come and go.",
            "naive-full-round: the same full round by the model that the tests compare the engine with."
        },
        mixinStandardHelpOptions = true)
final class OffersCommand implements Callable<Integer> {
    private static final List<String> CASES = List.of(
            FullRoundCase.NAME,
            "nothing-free",
            "all-filtered",
            RecoverCase.NAME,
            AddFrameworkCase.NAME,
            MemoryCase.NAME,
            MixedCase.NAME,
            MixedCase.SPLIT_NAME,
            LatencyCase.NAME,
            LatencyLoopCase.NAME,
            SteadyCase.NAME,
            NaiveRoundCase.NAME);

    @Option(names = "--csv", description = "Rows of " + OfferFigure.CSV_HEADER + " in place of a table.")
    private boolean csv;

    @Option(
            names = "--quick",
            description = "Clusters of a hundredth of the size, once and cold: whether it works, not how fast.")
    private boolean quick;

    @Option(names = "--only", split = ",", description = "Which cases, in which order (default: all).")
    private List<String> only = CASES;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = spec.commandLine().getErr();
        for (String name : only) {
            if (!CASES.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), "--only " + name + ": none of the cases " + String.join(", ", CASES));
            }
        }
        List<OfferFigure> figures = new ArrayList<>();
        for (String name : only) {
            progress.println(name + " ...");
            progress.flush();
            figures.addAll(measure(name, quick ? Effort.QUICK : Effort.FULL));
        }
        if (csv) {
            out.println(OfferFigure.CSV_HEADER);
            figures.forEach(figure -> out.println(figure.csv()));
        } else {
            OfferTable.lines(figures).forEach(out::println);
        }
        out.flush();
        return 0;
    }

    private static List<OfferFigure> measure(String name, Effort effort) throws InterruptedException {
        ClusterSize oneRole = effort.size(10_000, 1_000, 1);
        ClusterSize large = effort.size(50_000, 6_000, 6_000);
        List<OfferFigure> figures = new ArrayList<>();
        switch (name) {
            case FullRoundCase.NAME -> {
                FullRoundCase rounds = new FullRoundCase(effort);
                figures.addAll(rounds.measure(effort.size(10_000, 1, 1)));
                figures.addAll(rounds.measure(oneRole));
                figures.addAll(rounds.measure(effort.size(10_000, 1_000, 1_000)));
                figures.addAll(rounds.measure(large));
            }
            case "nothing-free" -> figures.addAll(new IdleRoundCase(effort).measureNothingFree(oneRole));
            case "all-filtered" ->
                figures.addAll(new IdleRoundCase(effort).measureAllFiltered(effort.size(10_000, 100, 1)));
            case RecoverCase.NAME -> {
                figures.addAll(new RecoverCase(effort).measure(oneRole));
                figures.addAll(new RecoverCase(effort).measure(effort.size(50_000, 1_000, 1)));
            }
            case AddFrameworkCase.NAME -> {
                figures.addAll(new AddFrameworkCase(effort).measure(oneRole));
                figures.addAll(new AddFrameworkCase(effort).measure(large));
            }
            case MemoryCase.NAME -> figures.addAll(new MemoryCase(effort).measure(effort.size(3_000, 3_000, 3_000)));
            case MixedCase.NAME -> figures.addAll(new MixedCase(effort).measure());
            case MixedCase.SPLIT_NAME -> figures.addAll(new MixedCase(effort).measureSplit());
            case LatencyCase.NAME -> figures.addAll(new LatencyCase(effort).measure(oneRole));
            case LatencyLoopCase.NAME -> figures.addAll(new LatencyLoopCase(effort, oneRole).measure());
            case SteadyCase.NAME -> figures.addAll(new SteadyCase(effort).measure(oneRole));
            case NaiveRoundCase.NAME -> figures.addAll(new NaiveRoundCase(effort).measure(effort.size(100, 100, 10)));
            default -> throw new IllegalArgumentException(name);
        }
        return figures;
    }
}
