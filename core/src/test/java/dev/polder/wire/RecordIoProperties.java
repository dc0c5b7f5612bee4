package dev.polder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class RecordIoProperties {

    @Property
    void shouldFindTheRecordsHoweverTheStreamIsCut(@ForAll @Size(max = 20) List<byte[]> records, @ForAll long seed)
            throws DecodeException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        records.forEach(record -> stream.writeBytes(RecordIo.encode(record)));
        List<byte[]> found = new ArrayList<>();
        RecordIo.Decoder decoder = new RecordIo.Decoder(found::add);
        Random random = new Random(seed);

        byte[] bytes = stream.toByteArray();
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + random.nextInt(5));
            decoder.feed(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }

        assertThat(found).hasSameSizeAs(records);
        for (int i = 0; i < records.size(); i++) {
            assertThat(found.get(i)).isEqualTo(records.get(i));
        }
    }

    @Property
    void shouldRefuseOrReadAnyBytes(@ForAll byte[] bytes) {
        List<byte[]> found = new ArrayList<>();
        RecordIo.Decoder decoder = new RecordIo.Decoder(found::add, 1000);
        try {
            decoder.feed(bytes);
        } catch (DecodeException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(found).allMatch(record -> record.length <= 1000);
    }
}
