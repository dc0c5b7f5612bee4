package dev.polder.offer.resource;

/** Resources in few words, for tests. */
final class Given {
    static final Reservation STATIC_R1 = Reservation.ofOperator("r1");
    static final Reservation DYNAMIC_R1 = Reservation.dynamic("r1");
    static final Reservation DYNAMIC_R1_P1 = Reservation.dynamic("r1", "p1");

    private Given() {}

    /** Plain and statically reserved resources in the text form. */
    static Resources text(String text) {
        return ResourceText.parse(text, RolePath.ANY);
    }

    static Resources amount(ResourceId id, long thousandths) {
        return Resources.of(id, new Value.Amount(thousandths));
    }

    static Resources cpus(long thousandths, Reservation... stack) {
        return amount(reserved(ResourceId.CPUS, stack), thousandths);
    }

    static Resources disk(long thousandths, Reservation... stack) {
        return amount(reserved(ResourceId.DISK, stack), thousandths);
    }

    static ResourceId reserved(ResourceId id, Reservation... stack) {
        ResourceId reserved = id;
        for (Reservation reservation : stack) {
            reserved = reserved.pushed(reservation);
        }
        return reserved;
    }

    /** Disk on a device. */
    static ResourceId on(Disk.Source source, Reservation... stack) {
        return reserved(ResourceId.DISK, stack).withDisk(Disk.of(source));
    }

    /** A persistent volume beside the sandboxes, reserved for r1. */
    static ResourceId volume(String id) {
        return reserved(ResourceId.DISK, DYNAMIC_R1).withDisk(Disk.of(Disk.Persistence.of(id), Disk.Volume.at("data")));
    }

    /** A persistent volume on a device, reserved for r1. */
    static ResourceId volume(String id, Disk.Source source) {
        return on(source, DYNAMIC_R1).withDisk(Disk.of(source).with(Disk.Persistence.of(id), Disk.Volume.at("data")));
    }
}
