package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/conformance/atomix.md} names tests, which somebody may rename. */
class AtomixDefectsTest {
    private static final Pattern ROW = Pattern.compile("\\| \\d+ \\|.*");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
    private static final int DEFECTS = 33;

    @Test
    void shouldNameTestsThatThereAreForEachDefect() throws IOException, ClassNotFoundException {
        List<String> rows = Files.readAllLines(Path.of("../docs/conformance/atomix.md")).stream()
                .filter(line -> ROW.matcher(line).matches())
                .toList();
        assertThat(rows).hasSize(DEFECTS);
        for (String row : rows) {
            Matcher named = NAMED.matcher(row);
            assertThat(named.find()).as(row).isTrue();
            do {
                Class<?> type = Class.forName(getClass().getPackageName() + "." + named.group(1));
                assertThat(Arrays.stream(type.getDeclaredMethods()))
                        .as(row)
                        .anyMatch(method -> method.getName().equals(named.group(2)));
            } while (named.find());
        }
    }
}
