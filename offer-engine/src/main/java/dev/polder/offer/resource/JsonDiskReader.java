package dev.polder.offer.resource;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the protocol's {@code DiskInfo}. For one object. */
final class JsonDiskReader {
    private final JsonFields fields;

    private Disk.@Nullable Source source;
    private Disk.@Nullable Persistence persistence;
    private Disk.@Nullable Volume volume;

    private Disk.Source.@Nullable Type type;
    private @Nullable String pathRoot;
    private @Nullable String mountRoot;
    private @Nullable String id;
    private @Nullable String profile;
    private @Nullable String vendor;
    private List<Label> metadata = List.of();

    JsonDiskReader(JsonFields fields) {
        this.fields = fields;
    }

    /** Reads the disk at the current token; an {@code IllegalArgumentException} says what rule it breaks. */
    Disk read() throws IOException {
        fields.object("disk", field -> {
            switch (field) {
                case "source" -> source = source();
                case "persistence" -> persistence = persistence();
                case "volume" -> volume = volume();
                default -> {
                    return false;
                }
            }
            return true;
        });
        return new Disk(Optional.ofNullable(source), Optional.ofNullable(persistence), Optional.ofNullable(volume));
    }

    private Disk.Source source() throws IOException {
        int start = fields.position();
        fields.object("source", this::readSource);
        if (type == null) {
            throw fields.problem(start, "a disk source needs 'type'");
        }
        if ((pathRoot != null && type != Disk.Source.Type.PATH)
                || (mountRoot != null && type != Disk.Source.Type.MOUNT)) {
            throw new IllegalArgumentException("disk source " + type + " has a path of another type");
        }
        return new Disk.Source(
                type,
                Optional.ofNullable(pathRoot == null ? mountRoot : pathRoot),
                Optional.ofNullable(id),
                Optional.ofNullable(profile),
                Optional.ofNullable(vendor),
                metadata);
    }

    private boolean readSource(String field) throws IOException {
        switch (field) {
            case "type" -> type = fields.constant("type", Disk.Source.Type.values());
            case "path" -> pathRoot = root("path");
            case "mount" -> mountRoot = root("mount");
            case "id" -> id = fields.text("id");
            case "profile" -> profile = fields.text("profile");
            case "vendor" -> vendor = fields.text("vendor");
            case "metadata" -> metadata = fields.labels("metadata");
            default -> {
                return false;
            }
        }
        return true;
    }

    private @Nullable String root(String what) throws IOException {
        return fields.texts(what, Set.of("root")).get("root");
    }

    private Disk.Persistence persistence() throws IOException {
        int start = fields.position();
        Map<String, String> texts = fields.texts("persistence", Set.of("id", "principal"));
        @Nullable String volumeId = texts.get("id");
        if (volumeId == null) {
            throw fields.problem(start, "a persistence needs 'id'");
        }
        return new Disk.Persistence(volumeId, Optional.ofNullable(texts.get("principal")));
    }

    private Disk.Volume volume() throws IOException {
        int start = fields.position();
        Map<String, String> texts = fields.texts("volume", Set.of("mode", "container_path", "host_path"));
        @Nullable String mode = texts.get("mode");
        @Nullable String containerPath = texts.get("container_path");
        if (mode == null || containerPath == null) {
            throw fields.problem(start, "a volume needs 'mode' and 'container_path'");
        }
        for (Disk.Volume.Mode known : Disk.Volume.Mode.values()) {
            if (known.name().equals(mode)) {
                return new Disk.Volume(known, containerPath, Optional.ofNullable(texts.get("host_path")));
            }
        }
        throw fields.problem(start, "mode is '" + mode + "', must be RW or RO");
    }
}
