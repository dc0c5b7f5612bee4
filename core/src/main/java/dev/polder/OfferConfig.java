package dev.polder;

import static java.util.Objects.requireNonNull;

import dev.polder.master.OfferSettings;
import dev.polder.offer.Minimum;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.RegexLimits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The settings of a node that say how its master shares out, each named as Mesos's flag. Immutable; checked together with
 * all others when the {@link ClusterConfig} is built.
 *
 * @param minAllocatableResources what an offer must have at least, unless a framework says otherwise: alternatives with
 *     {@code |} between them; empty if everything is worth an offer
 * @param filterGpuResources whether agents with GPUs are offered only to frameworks that know of them
 * @param roleSorter the order among sibling roles
 * @param frameworkSorter the order among the frameworks of a role
 * @param fairShareExcluded scalars that do not count for shares
 * @param regexMemoryMax how large a regular expression of an offer constraint may be, in bytes
 * @param regexProgramMax the same, in instructions
 */
public record OfferConfig(
        String minAllocatableResources,
        boolean filterGpuResources,
        Sorter roleSorter,
        Sorter frameworkSorter,
        Set<String> fairShareExcluded,
        int regexMemoryMax,
        int regexProgramMax) {
    /** How those who compete for offers are ordered. */
    public enum Sorter {
        /** By dominant resource fairness: the smallest share by weight first. */
        DRF,
        /** At random, by weight. */
        RANDOM
    }

    static final OfferConfig DEFAULT = new OfferConfig(
            "cpus:0.01|mem:32",
            true,
            Sorter.DRF,
            Sorter.DRF,
            Set.of(),
            RegexLimits.DEFAULT.memoryMax(),
            RegexLimits.DEFAULT.programSizeMax());

    /** Copies. */
    public OfferConfig {
        requireNonNull(minAllocatableResources, "minAllocatableResources");
        requireNonNull(roleSorter, "roleSorter");
        requireNonNull(frameworkSorter, "frameworkSorter");
        fairShareExcluded = Set.copyOf(fairShareExcluded);
    }

    OfferConfig withMinAllocatableResources(String text) {
        return new OfferConfig(
                text,
                filterGpuResources,
                roleSorter,
                frameworkSorter,
                fairShareExcluded,
                regexMemoryMax,
                regexProgramMax);
    }

    OfferConfig withFilterGpuResources(boolean filters) {
        return new OfferConfig(
                minAllocatableResources,
                filters,
                roleSorter,
                frameworkSorter,
                fairShareExcluded,
                regexMemoryMax,
                regexProgramMax);
    }

    OfferConfig withSorters(Sorter ofRoles, Sorter ofFrameworks) {
        return new OfferConfig(
                minAllocatableResources,
                filterGpuResources,
                ofRoles,
                ofFrameworks,
                fairShareExcluded,
                regexMemoryMax,
                regexProgramMax);
    }

    OfferConfig withFairShareExcluded(Set<String> names) {
        return new OfferConfig(
                minAllocatableResources,
                filterGpuResources,
                roleSorter,
                frameworkSorter,
                names,
                regexMemoryMax,
                regexProgramMax);
    }

    OfferConfig withRegexLimits(int memoryMax, int programMax) {
        return new OfferConfig(
                minAllocatableResources,
                filterGpuResources,
                roleSorter,
                frameworkSorter,
                fairShareExcluded,
                memoryMax,
                programMax);
    }

    static Sorter parseSorter(String text) {
        return switch (text) {
            case "drf" -> Sorter.DRF;
            case "random" -> Sorter.RANDOM;
            default -> throw new IllegalArgumentException("drf or random");
        };
    }

    static String print(Sorter sorter) {
        return sorter.name().toLowerCase(Locale.ROOT);
    }

    static Set<String> parseNames(String text) {
        return text.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(text.split("\\s*,\\s*", -1)));
    }

    String fairShareExcludedText() {
        SortedSet<String> sorted = new TreeSet<>(fairShareExcluded);
        return String.join(",", sorted);
    }

    // ---- all together

    List<String> mistakes() {
        List<String> mistakes = new ArrayList<>();
        try {
            minimum();
        } catch (IllegalArgumentException e) {
            mistakes.add("minAllocatableResources '" + minAllocatableResources + "': " + e.getMessage());
        }
        if (fairShareExcluded.stream().anyMatch(String::isBlank)) {
            mistakes.add("fairSharingExcludedResourceNames '" + fairShareExcludedText() + "': a name is empty");
        }
        try {
            regexLimits();
        } catch (IllegalArgumentException e) {
            mistakes.add("offerConstraintsRe2: " + e.getMessage());
        }
        return mistakes;
    }

    OfferSettings settings() {
        return new OfferSettings(
                minimum(),
                filterGpuResources,
                order(roleSorter),
                order(frameworkSorter),
                fairShareExcluded,
                regexLimits());
    }

    private Minimum minimum() {
        if (minAllocatableResources.isBlank()) {
            return Minimum.NONE;
        }
        List<Quantities> alternatives = new ArrayList<>();
        for (String alternative : minAllocatableResources.split("\\|", -1)) {
            alternatives.add(ResourceText.parseQuantities(alternative));
        }
        return new Minimum(alternatives);
    }

    private RegexLimits regexLimits() {
        return new RegexLimits(regexMemoryMax, regexProgramMax);
    }

    private static OfferEngineConfig.Order order(Sorter sorter) {
        return switch (sorter) {
            case DRF -> OfferEngineConfig.Order.FAIR;
            case RANDOM -> OfferEngineConfig.Order.RANDOM;
        };
    }

    /** Adds these settings under the names that Mesos has for them, in its words. */
    void addFlags(Map<String, String> flags) {
        flags.put("min_allocatable_resources", minAllocatableResources);
        flags.put("filter_gpu_resources", Boolean.toString(filterGpuResources));
        flags.put("role_sorter", print(roleSorter));
        flags.put("framework_sorter", print(frameworkSorter));
        if (!fairShareExcluded.isEmpty()) {
            flags.put("fair_sharing_excluded_resource_names", fairShareExcludedText());
        }
        flags.put(
                "offer_constraints_re2_max_mem",
                regexMemoryMax % 1024 == 0 ? regexMemoryMax / 1024 + "KB" : regexMemoryMax + "B");
        flags.put("offer_constraints_re2_max_program_size", Integer.toString(regexProgramMax));
    }
}
