package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Resources;
import org.junit.jupiter.api.Test;

/** A row keeps the object that was special about it last: it must not count any more. */
final class ResourceColumnTest {
    private static final int ROW = 0;
    private static final int ARGUMENT = 1;

    private final ResourceColumn column = new ResourceColumn();
    private final Resources ports = resources("ports:[1-9]");
    private final Resources licences = resources("licences:2");

    ResourceColumnTest() {
        column.ensure(ARGUMENT);
    }

    @Test
    void shouldHoldNothingAfterAllOfItIsTakenAway() {
        column.set(ROW, ports);
        column.set(ARGUMENT, ports);

        column.subtract(ROW, column, ARGUMENT);

        assertThat(column.isEmpty(ROW)).isTrue();
        assertThat(column.get(ROW)).isEqualTo(Resources.EMPTY);
        assertThat(column.covers(ROW, ports)).isFalse();
        assertThat(column.covers(ROW, column, ARGUMENT)).isFalse();
    }

    @Test
    void shouldRefuseToTakeAwayTheSameTwice() {
        column.set(ROW, ports);
        column.set(ARGUMENT, ports);
        column.subtract(ROW, column, ARGUMENT);

        assertThatThrownBy(() -> column.subtract(ROW, column, ARGUMENT)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldHoldOnceWhatComesBack() {
        column.set(ROW, ports);
        column.set(ARGUMENT, ports);
        column.subtract(ROW, column, ARGUMENT);

        column.add(ROW, column, ARGUMENT);

        assertThat(column.get(ROW)).isEqualTo(ports);
    }

    @Test
    void shouldHoldSomethingElseAfterItWasCleared() {
        column.set(ROW, ports);
        column.clear(ROW);
        column.set(ARGUMENT, licences);

        column.add(ROW, column, ARGUMENT);

        assertThat(column.get(ROW)).isEqualTo(licences);
        assertThat(column.hasSpecialScalars(ROW)).isTrue();
    }

    @Test
    void shouldCopyNothingAsNothing() {
        column.set(ROW, ports);
        column.clear(ROW);
        column.set(ARGUMENT, licences);

        column.copy(ARGUMENT, column, ROW);

        assertThat(column.get(ARGUMENT)).isEqualTo(Resources.EMPTY);
    }
}
