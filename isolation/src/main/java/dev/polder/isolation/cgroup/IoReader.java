package dev.polder.isolation.cgroup;

import dev.polder.isolation.cgroup.CgroupUsage.Io;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what a group did with block devices. Owned by the thread of its {@link UsageReader}. */
final class IoReader {
    private static final byte[] READ = StatBytes.key("Read");
    private static final byte[] WRITE = StatBytes.key("Write");
    private static final byte[] READ_BYTES = StatBytes.key("rbytes");
    private static final byte[] WRITE_BYTES = StatBytes.key("wbytes");
    private static final byte[] READ_OPERATIONS = StatBytes.key("rios");
    private static final byte[] WRITE_OPERATIONS = StatBytes.key("wios");

    private final ControlFiles files;
    private final StatBytes stat;

    IoReader(ControlFiles files, StatBytes stat) {
        this.files = files;
        this.stat = stat;
    }

    /** One device's counters while they are read. */
    private static final class Counters {
        final long major;
        final long minor;
        long readBytes;
        long writeBytes;
        long readOperations;
        long writeOperations;

        Counters(long major, long minor) {
            this.major = major;
            this.minor = minor;
        }

        Io toIo() {
            return new Io((int) major, (int) minor, readBytes, writeBytes, readOperations, writeOperations);
        }
    }

    List<Io> read(Path directory, boolean unified) throws IOException {
        List<Counters> devices = new ArrayList<>(2);
        if (unified) {
            stat.load(directory.resolve("io.stat"));
            while (stat.nextLine()) {
                readUnified(devices);
            }
        } else {
            readLegacy(directory, "blkio.throttle.io_service_bytes", true, devices);
            readLegacy(directory, "blkio.throttle.io_serviced", false, devices);
        }
        return devices.stream().map(Counters::toIo).toList();
    }

    /** {@code 254:0 rbytes=4096 wbytes=0 rios=1 wios=0 …}. */
    private void readUnified(List<Counters> devices) {
        long major = stat.nextNumber();
        Counters device = find(major, stat.nextNumber(), devices);
        while (stat.nextWord()) {
            if (stat.wordIs(READ_BYTES)) {
                device.readBytes = stat.nextNumber();
            } else if (stat.wordIs(WRITE_BYTES)) {
                device.writeBytes = stat.nextNumber();
            } else if (stat.wordIs(READ_OPERATIONS)) {
                device.readOperations = stat.nextNumber();
            } else if (stat.wordIs(WRITE_OPERATIONS)) {
                device.writeOperations = stat.nextNumber();
            }
        }
    }

    /** {@code 254:0 Read 4096} in lines, and a sum over all devices that has no number before it. */
    private void readLegacy(Path directory, String file, boolean bytes, List<Counters> devices) throws IOException {
        Path recursive = directory.resolve(file + "_recursive");
        // before Linux 4.18 there was only that of the group alone
        stat.load(files.exists(recursive) ? recursive : directory.resolve(file));
        while (stat.nextLine()) {
            long major = stat.nextNumber();
            long minor = stat.nextNumber();
            stat.nextWord();
            if (stat.wordIs(READ)) {
                Counters device = find(major, minor, devices);
                long count = stat.nextNumber();
                device.readBytes = bytes ? count : device.readBytes;
                device.readOperations = bytes ? device.readOperations : count;
            } else if (stat.wordIs(WRITE)) {
                Counters device = find(major, minor, devices);
                long count = stat.nextNumber();
                device.writeBytes = bytes ? count : device.writeBytes;
                device.writeOperations = bytes ? device.writeOperations : count;
            }
        }
    }

    private static Counters find(long major, long minor, List<Counters> devices) {
        for (Counters device : devices) {
            if (device.major == major && device.minor == minor) {
                return device;
            }
        }
        Counters added = new Counters(major, minor);
        devices.add(added);
        return added;
    }
}
