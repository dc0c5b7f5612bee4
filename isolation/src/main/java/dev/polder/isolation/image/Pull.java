package dev.polder.isolation.image;

import dev.polder.isolation.image.ImageSource.Repository;
import dev.polder.isolation.image.RegistryCredentials.Login;
import dev.polder.isolation.image.StoreProbe.Step;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One pull, from the wish to the image that is held. For one thread. */
final class Pull implements Closeable {
    /** How often an image may be thrown away between the moment that it is found and the one that it is pinned. */
    private static final int ROUNDS_MAX = 5;

    private final PullRequest request;
    private final StoreSettings settings;
    private final StoreDirectory directory;
    private final LayerForm form;
    private final boolean root;
    private final Pulls shared;
    private final Pins.Handful pins;
    private final Optional<Login> login;
    private final Set<String> remarks = new TreeSet<>();
    private @Nullable Repository repository;

    Pull(
            PullRequest request,
            StoreSettings settings,
            StoreDirectory directory,
            LayerForm form,
            boolean root,
            Pulls shared) {
        this.request = request;
        this.settings = settings;
        this.directory = directory;
        this.form = form;
        this.root = root;
        this.shared = shared;
        this.pins = shared.pins().open();
        this.login = request.credentials().login(request.reference().registry());
    }

    /** What the pulls of one store have in common. */
    record Pulls(
            Pins pins,
            SharedWork<Wanted, Digest> manifests,
            SharedWork<Wanted, Set<String>> layers,
            SpecialFiles specialFiles,
            StoreProbe probe) {}

    /** A manifest or a layer, and who asks, for a registry may refuse another. */
    record Wanted(String what, Optional<Login> login) {}

    /** A manifest with what it names, read from the store. */
    private record Known(Manifest manifest, ImageConfig config, List<Digest> diffIds) {}

    Image run() throws IOException {
        Known known = request.cached() ? named() : null;
        for (int round = 0; known == null && round < ROUNDS_MAX; round++) {
            Wanted wanted = new Wanted(request.reference() + (request.cached() ? "" : " anew"), login);
            known = load(shared.manifests().get(wanted, this::fetchManifest));
        }
        if (known == null) {
            throw new IOException(request.reference() + " is thrown away as soon as it is fetched");
        }
        List<Path> layers = new ArrayList<>();
        for (int i = 0; i < known.diffIds().size(); i++) {
            Descriptor blob = known.manifest().layers().get(i);
            layers.add(layer(blob, known.diffIds().get(i)).resolve("tree"));
        }
        Digest manifest = known.manifest().digest();
        HeldImage.write(directory, directory.hold(request.holder(), manifest), request.reference());
        shared.probe().reached(Step.HELD);
        byte[] meant = (request.reference() + "\n" + manifest + "\n").getBytes(StandardCharsets.UTF_8);
        directory.write(directory.image(request.reference()), meant);
        shared.probe().reached(Step.NAMED);
        return new Image(request.reference(), manifest, known.config(), layers, List.copyOf(remarks));
    }

    /** Returns what the name meant last, if all that is needed to know it is here. */
    private @Nullable Known named() throws IOException {
        byte[] meant = StoreDirectory.read(directory.image(request.reference()));
        if (meant == null) {
            return null;
        }
        String[] lines = new String(meant, StandardCharsets.UTF_8).split("\n", -1);
        return load(Digest.parse(lines[1]));
    }

    private @Nullable Known load(Digest digest) throws IOException {
        pins.pin(digest);
        byte[] bytes = directory.readBlob(digest);
        if (bytes == null) {
            return null;
        }
        Manifest manifest = Manifest.parse(digest, JsonObject.parse(bytes, "manifest " + digest));
        pins.pin(manifest.config().digest());
        byte[] config = directory.readBlob(manifest.config().digest());
        return config == null ? null : known(manifest, config);
    }

    private Known known(Manifest manifest, byte[] bytes) throws ImageException {
        JsonObject document =
                JsonObject.parse(bytes, "config " + manifest.config().digest());
        ImageConfig config = ImageConfig.parse(document);
        if (settings.platform().fit(config.platform()) < 0) {
            throw new ImageException(
                    request.reference() + " is for " + config.platform() + ", not for " + settings.platform());
        }
        List<Digest> diffIds = ImageConfig.diffIds(document);
        if (diffIds.size() != manifest.layers().size()) {
            throw new ImageException(request.reference() + ": its manifest has "
                    + manifest.layers().size() + " layers, its config " + diffIds.size());
        }
        return new Known(manifest, config, diffIds);
    }

    /** Asks the source, and keeps manifest and config. */
    private Digest fetchManifest() throws IOException {
        Manifest.Document document = repository().document();
        if (request.reference().digest().isPresent()) {
            check(request.reference().digest().get(), document);
        }
        JsonObject json = JsonObject.parse(document.bytes(), "the manifest of " + request.reference());
        if (Manifest.isIndex(json, document.mediaType())) {
            Descriptor chosen = Manifest.choose(json, settings.platform());
            document = repository().document(chosen);
            check(chosen.digest(), document);
            json = JsonObject.parse(document.bytes(), "manifest " + chosen.digest());
            if (Manifest.isIndex(json, document.mediaType())) {
                throw new ImageException("the index of " + request.reference() + " leads to another index");
            }
        }
        Manifest manifest = Manifest.parse(digestOf(document), json);
        for (Descriptor layer : manifest.layers()) {
            if (layer.size() > settings.packedBytesMax()) {
                throw new ImageException("layer " + layer.digest() + " has " + layer.size()
                        + " bytes, more than packedBytesMax=" + settings.packedBytesMax());
            }
        }
        pins.pin(manifest.digest());
        pins.pin(manifest.config().digest());
        if (directory.readBlob(manifest.config().digest()) == null) {
            byte[] config = fetchConfig(manifest.config());
            known(manifest, config);
            directory.write(directory.blob(manifest.config().digest()), config);
        }
        directory.write(directory.blob(manifest.digest()), document.bytes());
        shared.probe().reached(Step.MANIFEST_KEPT);
        return manifest.digest();
    }

    private Digest digestOf(Manifest.Document document) {
        Optional<Digest> asked = request.reference().digest();
        return asked.filter(digest -> digest.names(document.bytes())).orElseGet(() -> Digest.sha256(document.bytes()));
    }

    private static void check(Digest wanted, Manifest.Document document) throws ImageException {
        if (!wanted.names(document.bytes())) {
            throw new ImageException("manifest " + wanted + " has other bytes: theirs is "
                    + Digest.of(wanted.algorithm(), wanted.hash().digest(document.bytes())));
        }
    }

    private byte[] fetchConfig(Descriptor config) throws IOException {
        Path scratch = directory.scratch();
        try {
            Path file = scratch.resolve("config");
            new Download(repository(), config, file, PullProgress.NONE).run();
            return Files.readAllBytes(file);
        } finally {
            TreeDeletion.delete(scratch);
        }
    }

    /** Returns a layer that is here, pinned. */
    private Path layer(Descriptor blob, Digest diffId) throws IOException {
        pins.pin(diffId);
        Path place = directory.layer(form, diffId);
        if (!Files.isDirectory(place)) {
            Wanted wanted = new Wanted(diffId.toString(), login);
            remarks.addAll(shared.layers().get(wanted, () -> fetchLayer(blob, diffId, place)));
        }
        return place;
    }

    private Set<String> fetchLayer(Descriptor blob, Digest diffId, Path place) throws IOException {
        if (Files.isDirectory(place)) {
            return Set.of();
        }
        Path scratch = directory.scratch();
        try {
            Path packed = scratch.resolve("packed");
            new Download(repository(), blob, packed, request.progress()).run();
            shared.probe().reached(Step.LAYER_FETCHED);
            Path fresh = Files.createDirectory(scratch.resolve("layer"));
            LayerUnpacker unpacker = new LayerUnpacker(settings.limits(), form, shared.specialFiles(), root);
            LayerUnpacker.Unpacked unpacked;
            try (InputStream in = Files.newInputStream(packed)) {
                unpacked = unpacker.unpack(in, blob.size(), diffId, fresh.resolve("tree"));
            } catch (ImageException e) {
                throw new ImageException(
                        "layer " + blob.digest() + " of " + request.reference() + ": " + e.getMessage(), e);
            }
            unpacked.whiteouts().write(fresh.resolve("whiteouts"));
            StoreDirectory.writeSize(fresh, unpacked.bytes());
            shared.probe().reached(Step.LAYER_UNPACKED);
            Files.delete(packed);
            directory.force(fresh);
            shared.probe().reached(Step.LAYER_FORCED);
            directory.place(fresh, place);
            shared.probe().reached(Step.LAYER_PLACED);
            return unpacked.remarks();
        } finally {
            TreeDeletion.delete(scratch);
        }
    }

    private Repository repository() throws IOException {
        Repository open = repository;
        if (open == null) {
            open = settings.source().open(request.reference(), request.credentials());
            repository = open;
        }
        return open;
    }

    /** Lets go of what no container holds. */
    @Override
    public void close() throws IOException {
        pins.close();
        if (repository != null) {
            repository.close();
        }
    }
}
