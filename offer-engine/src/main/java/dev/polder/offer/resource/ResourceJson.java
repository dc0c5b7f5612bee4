package dev.polder.offer.resource;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Resources as a JSON array of the protocol's {@code Resource} objects: the form that also tells disks, labels and
 * refined reservations.
 */
public final class ResourceJson {
    /** How the parser speaks of a place in its input, which it does not show. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: .*?; (line: \\d+, column: \\d+)]");

    private ResourceJson() {}

    /** How reservations are written. */
    public enum Form {
        /** In {@code reservations} alone; nothing if unreserved. */
        STACK,
        /** In {@code role} and {@code reservation}, as before reservations could be refined; refined ones cannot be. */
        ROLE,
        /** A single one in both ways, for readers of either; a refined one as in {@link #STACK}. */
        BOTH
    }

    /**
     * Reads resources. Each tells its reservations in one of the two forms, or the same in both. Unknown fields and
     * nulls are ignored; numbers may stand in strings.
     *
     * @param defaultRole for whom is reserved what names neither a role nor reservations; {@code *} for nobody
     * @throws ResourceSyntaxException if the text is no such JSON, or a value breaks a rule
     */
    public static Resources parse(String text, String defaultRole) {
        return parse(text, defaultRole, id -> {});
    }

    /**
     * Reads resources.
     *
     * @param check throws an {@code IllegalArgumentException} for ids that are not wanted
     */
    static Resources parse(String text, String defaultRole, Consumer<ResourceId> check) {
        RolePath.requireValid(defaultRole);
        try (JsonParser parser = newFactory().createParser(text)) {
            return new JsonResourcesReader(text, parser, defaultRole, check).read();
        } catch (JsonProcessingException e) {
            long offset = e.getLocation() == null ? 0 : e.getLocation().getCharOffset();
            String problem = SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1");
            throw ResourceSyntaxException.at(text, (int) offset, "no JSON: " + problem);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /**
     * Writes resources on one line, in order of names; what is there in several copies, once for each.
     *
     * @throws IllegalArgumentException if a refined reservation is to be written as a {@link Form#ROLE}
     */
    public static String print(Resources resources, Form form) {
        return JsonResourcesWriter.write(newFactory(), resources, form);
    }

    private static JsonFactory newFactory() {
        // a factory for each text keeps nothing of it, neither in the JVM's string table nor on the thread
        return new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
                .build();
    }
}
