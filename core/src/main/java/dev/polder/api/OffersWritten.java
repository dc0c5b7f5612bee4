package dev.polder.api;

import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.MesosScheduler;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** For the flight recorder: offers were handed to a framework's connection. Costs nothing while nobody records. */
@Name("dev.polder.OffersWritten")
@Label("Offers Written")
@Category("Polder")
@Description("Offers were handed to the connection of a framework")
@StackTrace(false)
final class OffersWritten extends Event {
    @Label("Offers")
    String offers = "";

    /** Records an event of a stream if it brings offers and somebody records. */
    static void record(MesosScheduler.Event event) {
        OffersWritten written = new OffersWritten();
        if (event.getType() == MesosScheduler.Event.Type.OFFERS && written.shouldCommit()) {
            written.offers = event.getOffers().getOffersList().stream()
                    .map(Offer::getId)
                    .map(id -> id.getValue())
                    .collect(Collectors.joining(","));
            written.commit();
        }
    }
}
