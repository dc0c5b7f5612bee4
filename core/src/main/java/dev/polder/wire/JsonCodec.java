package dev.polder.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Messages as JSON text in UTF-8 ({@code application/json}), written and read as Mesos does.
 *
 * <p>Written on one line without blanks: fields in the order of their declaration, under their own names; enums by name,
 * 64-bit integers as numbers, bytes in base64, maps as objects. A field that is not set is written only if the protocol
 * declares a default for it.
 *
 * <p>Read leniently: unknown fields and nulls are ignored, numbers and booleans may come as strings, a single value may
 * stand for a list, the last of equal keys counts, an unknown enum name leaves its field unset, and bytes that are no
 * UTF-8 become replacement characters. Refused are enum numbers, numbers out of range, base64 that is none, half
 * surrogate pairs, nesting deeper than {@link #DEPTH_MAX}, and anything after the object.
 */
public final class JsonCodec implements MessageCodec {

    /** How deep objects and arrays may be nested. */
    public static final int DEPTH_MAX = 100;

    private static final int BUFFERS_KEPT_MAX = 8;

    private final JsonFactory factory = newFactory();

    private static JsonFactory newFactory() {
        JsonFactoryBuilder builder = new JsonFactoryBuilder();
        // Names from outside go neither into the JVM's string table nor into one of the parser's that could overflow.
        builder.disable(JsonFactory.Feature.INTERN_FIELD_NAMES).disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES);
        // Buffers belong to this codec, not to the threads of the host.
        builder.recyclerPool(JsonRecyclerPools.newBoundedPool(BUFFERS_KEPT_MAX));
        builder.streamReadConstraints(StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build());
        for (JsonReadFeature leniency : JsonReadFeature.values()) {
            builder.disable(leniency);
        }
        builder.enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8);
        return builder.build();
    }

    @Override
    public byte[] encode(Message message) {
        if (!message.isInitialized()) {
            throw new IllegalArgumentException(MissingFields.describe(message));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = factory.createGenerator(out)) {
            new JsonMessageWriter(generator).write(message);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    @Override
    @SuppressWarnings("unchecked") // a message's own builder makes messages of its class
    public <M extends Message> M decode(byte[] bytes, M prototype) throws DecodeException {
        // By way of a string, for the parser's own reading of bytes refuses what is no UTF-8.
        String text = new String(bytes, StandardCharsets.UTF_8);
        Message.Builder builder = prototype.newBuilderForType();
        try (JsonParser parser = factory.createParser(text)) {
            read(parser, builder);
        } catch (JsonProcessingException e) {
            throw new DecodeException(DecodeException.Kind.SYNTAX, describe(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
        MissingFields.check(builder);
        return (M) builder.buildPartial();
    }

    private static void read(JsonParser parser, Message.Builder builder) throws IOException, DecodeException {
        JsonToken first = parser.nextToken();
        String type = builder.getDescriptorForType().getFullName();
        if (first == null) {
            throw new DecodeException(
                    DecodeException.Kind.SYNTAX, "JSON text is empty: an object is expected (" + type + ")");
        }
        boolean isObject = first == JsonToken.START_OBJECT;
        if (isObject) {
            new JsonMessageReader(parser).read(builder);
        } else {
            parser.skipChildren();
        }
        if (parser.nextToken() != null) {
            throw new DecodeException(
                    DecodeException.Kind.SYNTAX,
                    "JSON text goes on after its end, line "
                            + parser.currentTokenLocation().getLineNr() + ", column "
                            + parser.currentTokenLocation().getColumnNr() + ": exactly one value is allowed");
        }
        if (!isObject) {
            throw new DecodeException(
                    DecodeException.Kind.CONVERSION,
                    "JSON text is " + JsonScalars.describe(first) + ": an object is expected (" + type + ")");
        }
    }

    private static String describe(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : ", line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        return "JSON text" + where + ": " + e.getOriginalMessage();
    }

    /**
     * A finite double as Mesos prints it: the fewest digits that read back the same, always with a fraction or an
     * exponent ({@code 15.0}, {@code 0.5}, {@code 1e21}). What is not finite is {@code "Infinity"}, {@code "-Infinity"}
     * (strings) or {@code null}.
     */
    public static String number(double value) {
        return JsonDouble.text(value);
    }
}
