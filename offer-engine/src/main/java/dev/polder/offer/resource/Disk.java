package dev.polder.offer.resource;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is particular about some {@code disk}: on which device it lies, and whether it is a persistent volume. Disk
 * without a source lies beside the sandboxes (ROOT).
 *
 * <p>How a volume is to be mounted, and who made it, is carried along but is no part of the identity: two disks that
 * differ in nothing else are equal, for a task may mount a volume elsewhere than its maker said.
 *
 * @param source the device, none for ROOT
 * @param persistence what makes it a persistent volume, none if it is none
 * @param volume how it is to be mounted; only of persistent volumes
 */
public record Disk(Optional<Source> source, Optional<Persistence> persistence, Optional<Volume> volume) {
    /**
     * Checks that something is said.
     *
     * @throws IllegalArgumentException if there is neither source nor persistence, or a volume that is not persistent
     */
    public Disk {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(persistence, "persistence");
        Objects.requireNonNull(volume, "volume");
        if (volume.isPresent() && persistence.isEmpty()) {
            throw new IllegalArgumentException(
                    "volume '" + volume.get() + "': has no persistence; only persistent volumes are supported");
        }
        if (source.isEmpty() && persistence.isEmpty()) {
            throw new IllegalArgumentException("disk has neither source nor persistence: one must be there");
        }
    }

    /** Returns unused space on a device. */
    public static Disk of(Source source) {
        return new Disk(Optional.of(source), Optional.empty(), Optional.empty());
    }

    /** Returns a persistent volume beside the sandboxes. */
    public static Disk of(Persistence persistence, Volume volume) {
        return new Disk(Optional.empty(), Optional.of(persistence), Optional.of(volume));
    }

    /** Returns a persistent volume on this device. */
    public Disk with(Persistence newPersistence, Volume newVolume) {
        return new Disk(source, Optional.of(newPersistence), Optional.of(newVolume));
    }

    /** A device, or a directory on one, that an agent has beside its working directory. */
    public record Source(
            Type type,
            Optional<String> root,
            Optional<String> id,
            Optional<String> profile,
            Optional<String> vendor,
            List<Label> metadata) {
        /** What kind of device, with the names of the protocol. */
        public enum Type {
            /** A directory; can be shared out. */
            PATH,
            /** A mounted file system; only as a whole. */
            MOUNT,
            /** A block device; only as a whole. */
            BLOCK,
            /** Space of which disks can be made; with an id, one disk that is not made up yet. */
            RAW
        }

        /**
         * Checks the root and sorts the metadata.
         *
         * @throws IllegalArgumentException if a BLOCK or RAW source has a root
         */
        public Source {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(root, "root");
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(profile, "profile");
            Objects.requireNonNull(vendor, "vendor");
            metadata = Label.sorted(metadata);
            if (root.isPresent() && type != Type.PATH && type != Type.MOUNT) {
                throw new IllegalArgumentException(
                        "disk source " + type + " has the root '" + root.get() + "': only PATH and MOUNT have one");
            }
        }

        /** Returns a directory. */
        public static Source path(String root) {
            return new Source(
                    Type.PATH, Optional.of(root), Optional.empty(), Optional.empty(), Optional.empty(), List.of());
        }

        /** Returns a mounted file system. */
        public static Source mount(String root) {
            return new Source(
                    Type.MOUNT, Optional.of(root), Optional.empty(), Optional.empty(), Optional.empty(), List.of());
        }

        /** Returns a source of nothing but its type. */
        public static Source of(Type type) {
            return new Source(type, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());
        }

        /** Returns the same with another id. */
        public Source withId(String newId) {
            return new Source(type, root, Optional.of(newId), profile, vendor, metadata);
        }

        /** Returns the same with another profile. */
        public Source withProfile(String newProfile) {
            return new Source(type, root, id, Optional.of(newProfile), vendor, metadata);
        }

        /** Returns the same with another vendor. */
        public Source withVendor(String newVendor) {
            return new Source(type, root, id, profile, Optional.of(newVendor), metadata);
        }

        /** Returns the same with other metadata. */
        public Source withMetadata(List<Label> newMetadata) {
            return new Source(type, root, id, profile, vendor, newMetadata);
        }

        /** Tells whether a part of it can be used: of a PATH, and of RAW space that is no disk yet. */
        public boolean isDivisible() {
            return type == Type.PATH || (type == Type.RAW && id.isEmpty());
        }

        /** The same in every JVM, which those of enums are not. */
        @Override
        public int hashCode() {
            int hash = 31 * type.name().hashCode() + root.hashCode();
            hash = 31 * hash + id.hashCode();
            hash = 31 * hash + profile.hashCode();
            hash = 31 * hash + vendor.hashCode();
            return 31 * hash + metadata.hashCode();
        }

        static int compare(Source one, Source other) {
            int order = one.type.compareTo(other.type);
            if (order == 0) {
                order = Texts.compare(one.root, other.root);
            }
            if (order == 0) {
                order = Texts.compare(one.id, other.id);
            }
            if (order == 0) {
                order = Texts.compare(one.profile, other.profile);
            }
            if (order == 0) {
                order = Texts.compare(one.vendor, other.vendor);
            }
            return order != 0 ? order : Label.compare(one.metadata, other.metadata);
        }

        /** Returns the source as Mesos writes it: {@code MOUNT:/mnt/a}, {@code RAW(vendor,id,profile)}. */
        @Override
        public String toString() {
            if (id.isPresent() || profile.isPresent()) {
                return type + "(" + vendor.orElse("") + "," + id.orElse("") + "," + profile.orElse("") + ")";
            }
            return root.map(path -> type + ":" + path).orElse(type.toString());
        }
    }

    /**
     * What makes disk a persistent volume.
     *
     * @param id names the volume within its role and agent
     * @param principal who made it, if that is known; no part of its identity
     */
    public record Persistence(String id, Optional<String> principal) {
        /** Checks for nulls. */
        public Persistence {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(principal, "principal");
        }

        /** Returns the persistence of a volume that somebody unnamed made. */
        public static Persistence of(String id) {
            return new Persistence(id, Optional.empty());
        }

        /** Returns the persistence of a volume that {@code principal} made. */
        public static Persistence of(String id, String principal) {
            return new Persistence(id, Optional.of(principal));
        }
    }

    /**
     * How a volume is to be mounted.
     *
     * @param mode whether it can be written
     * @param containerPath where the task sees it
     * @param hostPath where it lies; persistent volumes have none, for the agent knows
     */
    public record Volume(Mode mode, String containerPath, Optional<String> hostPath) {
        /** Whether a volume can be written, with the names of the protocol. */
        public enum Mode {
            /** Read and write. */
            RW,
            /** Read only. */
            RO
        }

        /** Checks for nulls. */
        public Volume {
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(containerPath, "containerPath");
            Objects.requireNonNull(hostPath, "hostPath");
        }

        /** Returns a volume to be written at a path of the task. */
        public static Volume at(String containerPath) {
            return new Volume(Mode.RW, containerPath, Optional.empty());
        }

        /** Returns the volume as Mesos writes it: {@code data}, {@code /host:data:ro}. */
        @Override
        public String toString() {
            return hostPath.map(path -> path + ":" + containerPath + (mode == Mode.RW ? ":rw" : ":ro"))
                    .orElse(containerPath);
        }
    }

    /** Tells whether a part of it can be used: not of a persistent volume, nor of a device that comes as a whole. */
    public boolean isDivisible() {
        return persistence.isEmpty() && source.map(Source::isDivisible).orElse(true);
    }

    /** Tells whether both are the same disk; how it is mounted and who made it does not count. */
    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Disk that && compare(this, that) == 0);
    }

    @Override
    public int hashCode() {
        return 31 * source.hashCode()
                + persistence
                        .map(volumePersistence -> volumePersistence.id().hashCode())
                        .orElse(0);
    }

    /** Tells whether both also agree on what does not belong to the identity. */
    boolean isIdentical(Disk other) {
        return source.equals(other.source) && persistence.equals(other.persistence) && volume.equals(other.volume);
    }

    static int compare(Disk one, Disk other) {
        if (one.source.isEmpty() || other.source.isEmpty()) {
            int bySource = Boolean.compare(one.source.isPresent(), other.source.isPresent());
            if (bySource != 0) {
                return bySource;
            }
        } else {
            int bySource = Source.compare(one.source.get(), other.source.get());
            if (bySource != 0) {
                return bySource;
            }
        }
        return Texts.compare(one.persistence.map(Persistence::id), other.persistence.map(Persistence::id));
    }

    /** Returns the disk as Mesos writes it: {@code MOUNT:/mnt/a,v1:data}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        source.ifPresent(text::append);
        persistence.ifPresent(known -> text.append(text.isEmpty() ? "" : ",").append(known.id()));
        volume.ifPresent(mount -> text.append(':').append(mount));
        return text.toString();
    }
}
