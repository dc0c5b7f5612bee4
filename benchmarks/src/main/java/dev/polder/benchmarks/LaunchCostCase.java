package dev.polder.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ways to start a task, in turns, since what else the machine does changes. */
final class LaunchCostCase {
    private static final String PLAIN = "plain";
    private static final String RUNC = "runc";
    private static final Map<String, String> GOALS =
            Map.of("shim", "<= 1.2", "session", "<= 1.6", "contained", "<= 2.5", "oci", "<= 1.3 of runc");
    /** A container of a runtime costs as much as many processes. */
    private static final int CHEAPER = 4;

    private final LaunchEffort effort;
    private final LaunchPlaces places;
    private final PrintWriter progress;

    LaunchCostCase(LaunchEffort effort, LaunchPlaces places, PrintWriter progress) {
        this.effort = effort;
        this.places = places;
        this.progress = progress;
    }

    private record Cost(double cpuMs, double perSecond) {}

    private interface Opening {
        LaunchWay open(LaunchDirectories directories) throws IOException;
    }

    List<LaunchFigure> measure() throws IOException, InterruptedException {
        Map<String, Opening> openings = new LinkedHashMap<>();
        openings.put(PLAIN, directories -> new PlainLaunches());
        openings.put("shim", directories -> new LauncherLaunches(directories, false));
        openings.put("session", directories -> new LauncherLaunches(directories, true));
        openings.put("contained", ContainedLaunches::new);
        if (BusyboxImage.canBeMade()) {
            openings.put(RUNC, RuncLaunches::new);
            openings.put("oci", OciLaunches::new);
        } else {
            progress.println("    no busybox on this host, so no image: runc and oci are left out");
        }
        Map<String, List<Cost>> costs = new LinkedHashMap<>();
        try (LaunchPlaces.Open opened = places.open()) {
            warmUp(openings, opened);
            for (int round = 0; round < effort.rounds(); round++) {
                for (Map.Entry<String, Opening> opening : openings.entrySet()) {
                    String name = opening.getKey();
                    Cost cost = cost(opening.getValue(), opened.directories(name + "-" + round), launches(name));
                    progress.printf(
                            Locale.ROOT,
                            "    %-10s %7.2f ms, %5.0f launches/s%n",
                            name,
                            cost.cpuMs(),
                            cost.perSecond());
                    progress.flush();
                    costs.computeIfAbsent(name, each -> new ArrayList<>()).add(cost);
                }
            }
        }
        return figures(costs);
    }

    /** Until the JVM has compiled what all ways need: a node launches for weeks. */
    private void warmUp(Map<String, Opening> openings, LaunchPlaces.Open opened)
            throws IOException, InterruptedException {
        for (Map.Entry<String, Opening> opening : openings.entrySet()) {
            progress.printf(Locale.ROOT, "    %-10s warms up%n", opening.getKey());
            progress.flush();
            try (LaunchWay way = opening.getValue().open(opened.directories(opening.getKey() + "-before"))) {
                way.launch(effort.launches(), effort.inFlight());
            }
        }
    }

    private int launches(String name) {
        boolean costly = name.equals(RUNC) || name.equals("oci");
        return costly ? Math.max(1, effort.launches() / CHEAPER) : effort.launches();
    }

    /** What a way costs that is opened for it: what one way leaves running would be another's cost. */
    private Cost cost(Opening opening, LaunchDirectories directories, int launches)
            throws IOException, InterruptedException {
        try (CpuGroup cpu = CpuGroup.enter();
                LaunchWay way = opening.open(directories)) {
            way.launch(Math.max(1, launches / 2), effort.inFlight());
            long cpuFrom = way.cpuNanos(cpu);
            long from = System.nanoTime();
            way.launch(launches, effort.inFlight());
            double seconds = (System.nanoTime() - from) / 1e9;
            return new Cost((way.cpuNanos(cpu) - cpuFrom) / 1e6 / launches, launches / seconds);
        }
    }

    private List<LaunchFigure> figures(Map<String, List<Cost>> costs) {
        List<LaunchFigure> figures = new ArrayList<>();
        costs.forEach((name, all) -> {
            List<Cost> base = requireNonNull(costs.get(name.equals("oci") ? RUNC : PLAIN));
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < all.size(); round++) {
                ratios.add(all.get(round).cpuMs() / base.get(round).cpuMs());
            }
            figures.add(figure(name, "cpu_ratio", ratios, "x").withGoal(GOALS.getOrDefault(name, "")));
            figures.add(figure(name, "cpu_ms", all.stream().map(Cost::cpuMs).toList(), "ms"));
            figures.add(figure(
                    name, "launches_per_s", all.stream().map(Cost::perSecond).toList(), "1/s"));
        });
        return figures;
    }

    private LaunchFigure figure(String name, String metric, List<Double> values, String unit) {
        double median = values.stream().sorted().toList().get(values.size() / 2);
        return LaunchFigure.of(name, launches(name), metric, median, unit);
    }
}
