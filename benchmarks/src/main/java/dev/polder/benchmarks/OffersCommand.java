package dev.polder.benchmarks;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
final class OffersCommand extends CasesCommand<OfferFigure> {
    @Option(
            names = "--quick",
            description = "Clusters of a hundredth of the size, once and cold: whether it works, not how fast.")
    private boolean quick;

    @Override
    Map<String, Case<OfferFigure>> cases(PrintWriter progress) {
        Effort effort = quick ? Effort.QUICK : Effort.FULL;
        ClusterSize oneRole = effort.size(10_000, 1_000, 1);
        ClusterSize large = effort.size(50_000, 6_000, 6_000);
        Map<String, Case<OfferFigure>> cases = new LinkedHashMap<>();
        cases.put(
                FullRoundCase.NAME,
                () -> each(
                        new FullRoundCase(effort)::measure,
                        effort.size(10_000, 1, 1),
                        oneRole,
                        effort.size(10_000, 1_000, 1_000),
                        large));
        cases.put("nothing-free", () -> new IdleRoundCase(effort).measureNothingFree(oneRole));
        cases.put("all-filtered", () -> new IdleRoundCase(effort).measureAllFiltered(effort.size(10_000, 100, 1)));
        cases.put(
                RecoverCase.NAME, () -> each(new RecoverCase(effort)::measure, oneRole, effort.size(50_000, 1_000, 1)));
        cases.put(AddFrameworkCase.NAME, () -> each(new AddFrameworkCase(effort)::measure, oneRole, large));
        cases.put(MemoryCase.NAME, () -> new MemoryCase(effort).measure(effort.size(3_000, 3_000, 3_000)));
        cases.put(MixedCase.NAME, () -> new MixedCase(effort).measure());
        cases.put(MixedCase.SPLIT_NAME, () -> new MixedCase(effort).measureSplit());
        cases.put(LatencyCase.NAME, () -> new LatencyCase(effort).measure(oneRole));
        cases.put(LatencyLoopCase.NAME, () -> new LatencyLoopCase(effort, oneRole).measure());
        cases.put(SteadyCase.NAME, () -> new SteadyCase(effort).measure(oneRole));
        cases.put(NaiveRoundCase.NAME, () -> new NaiveRoundCase(effort).measure(effort.size(100, 100, 10)));
        return cases;
    }

    private static List<OfferFigure> each(Function<ClusterSize, List<OfferFigure>> measurement, ClusterSize... sizes) {
        return Stream.of(sizes).map(measurement).flatMap(List::stream).toList();
    }

    @Override
    List<String> rows(List<OfferFigure> figures) {
        return Stream.concat(Stream.of(OfferFigure.CSV_HEADER), figures.stream().map(OfferFigure::csv))
                .toList();
    }

    @Override
    List<String> table(List<OfferFigure> figures) {
        return OfferTable.lines(figures);
    }
}
