package dev.polder.isolation.network;

import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import dev.polder.isolation.network.Attachment.AttachmentId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Attaches containers to the networks of this host by their plug-ins, and detaches them.
 *
 * <pre>
 *  attach: note on disk ─► ADD of a plug-in ─► note its result ─► … ─► note that it is whole
 *               └── killed anywhere here: the next agent finds the note
 *  detach: DEL of each plug-in, the last first ─► forget
 * </pre>
 * Calls block for as long as the plug-ins take, each at most the time limit of the settings. Safe for many threads; those
 * for one container come one after the other. A thread that is interrupted ends its plug-in.
 */
public final class CniRuntime {
    private final CniConfigurations configurations;
    private final PluginVersions versions;
    private final PluginChain chain;
    private final AttachmentFiles files;
    /** Written by who collects garbage: what is added meanwhile is not in its list, and would be taken for garbage. */
    private final ReadWriteLock garbage = new ReentrantReadWriteLock();

    private CniRuntime(CniSettings settings, Path scratch, AttachmentFiles files) {
        PluginProcesses processes = new PluginProcesses(settings, scratch);
        this.configurations = new CniConfigurations(settings.configurationDirectory());
        this.versions = new PluginVersions(processes);
        this.chain = new PluginChain(processes);
        this.files = files;
    }

    /**
     * Opens the notes of earlier agents and ends the plug-ins that a killed one has left. What {@link #containers()} has
     * then and nobody needs is to be detached.
     *
     * @throws IOException if the state directory cannot be used, has foreign files, or a plug-in does not end
     */
    public static CniRuntime open(CniSettings settings) throws IOException {
        Path state = PrivateDirectory.make(settings.stateDirectory());
        Path scratch = PrivateDirectory.make(state.resolve("tmp"));
        AttachmentFiles files = new AttachmentFiles(PrivateDirectory.make(state.resolve("attachments")), scratch);
        CniRuntime runtime = new CniRuntime(settings, scratch, files);
        Set<ContainerId> inherited = runtime.containers();
        if (!inherited.isEmpty()) {
            LeftPlugins.end(inherited);
        }
        clear(scratch);
        return runtime;
    }

    private static void clear(Path directory) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
            for (Path file : left) {
                if (Files.isDirectory(file)) {
                    clear(file);
                }
                Files.delete(file);
            }
        }
    }

    /** Returns the networks that are set up now. */
    public CniConfigurations.Networks networks() throws IOException {
        return configurations.networks();
    }

    /** Returns the containers that are attached somewhere, or may be since an agent was killed while it did that. */
    public Set<ContainerId> containers() throws IOException {
        Set<ContainerId> containers = new LinkedHashSet<>();
        files.list().forEach(id -> containers.add(id.container()));
        return Collections.unmodifiableSet(containers);
    }

    /**
     * Attaches a container to a network. If that fails, what was done is undone; what could not be undone stays noted, is
     * told by {@link #containers()}, and the next {@link #detach} tries it again.
     *
     * @return what the container was given
     * @throws CniException if a plug-in says no
     * @throws IOException if there is no such network, a plug-in cannot do what is asked for, does not answer or answers
     *     wrongly, or the interface is attached already
     */
    public CniResult attach(NetworkRequest request) throws IOException {
        garbage.readLock().lock();
        try {
            CniConfiguration network = configurations.get(request.network());
            Map<String, Object> runtimeConfig = request.runtimeConfig();
            requireCapabilities(network, runtimeConfig.keySet());
            AttachmentId id = new AttachmentId(request.container(), request.interfaceName());
            if (files.load(id) != null) {
                throw new IOException(id + " is attached already");
            }
            Attachment attachment = new Attachment(
                    id,
                    request.namespace().toString(),
                    versions.choose(network),
                    network,
                    runtimeConfig,
                    request.networkInfo(),
                    null,
                    false);
            return add(attachment);
        } finally {
            garbage.readLock().unlock();
        }
    }

    private CniResult add(Attachment begun) throws IOException {
        Attachment noted = begun;
        try {
            files.save(noted);
            for (CniPlugin plugin : noted.configuration().plugins()) {
                noted = noted.withResult(chain.add(noted, plugin));
                // firewall's DEL finds its rules by the addresses that ADD was told, so they must be known by then
                files.save(noted);
            }
            noted = noted.whole();
            files.save(noted);
            return parsed(noted);
        } catch (IOException e) {
            // an interrupt has ended the adding, it must not end the undoing
            boolean interrupted = Thread.interrupted();
            try {
                delete(noted);
            } catch (IOException notUndone) {
                e.addSuppressed(notUndone);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            throw e;
        }
    }

    private void delete(Attachment attachment) throws IOException {
        chain.delete(attachment);
        files.delete(attachment.id());
    }

    private static void requireCapabilities(CniConfiguration network, Set<String> wanted) throws IOException {
        Set<String> missing = new TreeSet<>(wanted);
        network.plugins().forEach(plugin -> missing.removeAll(plugin.capabilities()));
        if (!missing.isEmpty()) {
            throw new IOException("no plug-in of network '" + network.name() + "' has capability " + missing
                    + ", which is asked for");
        }
    }

    /** Returns what an attachment was given; empty if there is none, or it was begun by an agent that was killed. */
    public Optional<CniResult> result(ContainerId container, String interfaceName) throws IOException {
        AttachmentId id = new AttachmentId(container, interfaceName);
        Attachment attachment = files.load(id);
        return attachment == null || !attachment.isWhole() ? Optional.empty() : Optional.of(parsed(attachment));
    }

    /** Returns the network of an attachment, and its addresses there; empty as for {@link #result}. */
    public Optional<AttachedNetwork> attached(ContainerId container, String interfaceName) throws IOException {
        Attachment attachment = files.load(new AttachmentId(container, interfaceName));
        if (attachment == null || !attachment.isWhole()) {
            return Optional.empty();
        }
        List<String> addresses = parsed(attachment).addresses().stream()
                .map(address -> address.network().address())
                .toList();
        return Optional.of(new AttachedNetwork(attachment.configuration().name(), addresses));
    }

    private static CniResult parsed(Attachment attachment) throws IOException {
        Map<String, Object> result = attachment.result();
        return CniResult.of(
                JsonValue.parse(JsonText.write(result == null ? Map.of() : result), "result of " + attachment.id()));
    }

    /**
     * Asks the plug-ins whether an attachment still stands.
     *
     * @return false if they could not be asked: the network's version of CNI has no CHECK, or its file disables it
     * @throws CniException if a plug-in says that something is missing or wrong
     * @throws IOException if nothing is attached there, or a plug-in does not answer
     */
    public boolean check(ContainerId container, String interfaceName) throws IOException {
        AttachmentId id = new AttachmentId(container, interfaceName);
        Attachment attachment = files.load(id);
        if (attachment == null || !attachment.isWhole()) {
            throw new IOException(id + " is not attached");
        }
        if (!attachment.version().hasCheck() || attachment.configuration().checkDisabled()) {
            return false;
        }
        chain.check(attachment);
        return true;
    }

    /**
     * Detaches a container from all networks; does nothing if it is attached to none. To be called while its namespace
     * still stands, or rules of the host that name its addresses may stay.
     *
     * @throws IOException if a plug-in fails. All others were called; what failed stays noted and can be tried again
     */
    public void detach(ContainerId container) throws IOException {
        List<AttachmentId> ids = new ArrayList<>(files.list());
        ids.removeIf(id -> !id.container().equals(container));
        Collections.reverse(ids);
        Failures failures = new Failures();
        for (AttachmentId id : ids) {
            failures.tryOut(() -> {
                Attachment attachment = files.load(id);
                if (attachment != null) {
                    delete(attachment);
                }
                return id;
            });
        }
        failures.throwFirst();
    }

    /**
     * Lets the plug-ins take away what belongs to no attachment that is noted here, where a network's version of CNI has
     * that (1.1.0) and its file does not disable it. Waits for attachments that are being made, and they wait for it.
     *
     * @return the networks whose plug-ins were asked
     * @throws IOException if a plug-in fails; all others were called
     */
    public List<String> collectGarbage() throws IOException {
        garbage.writeLock().lock();
        try {
            Map<String, List<Map<String, Object>>> valid = valid();
            List<String> asked = new ArrayList<>();
            Failures failures = new Failures();
            for (CniConfiguration network : configurations.all()) {
                failures.tryOut(() -> {
                    CniVersion version = versions.choose(network);
                    if (version.hasGarbageCollection() && !network.garbageCollectionDisabled()) {
                        asked.add(network.name());
                        chain.collectGarbage(network, version, valid.getOrDefault(network.name(), List.of()));
                    }
                    return network;
                });
            }
            failures.throwFirst();
            return List.copyOf(asked);
        } finally {
            garbage.writeLock().unlock();
        }
    }

    private Map<String, List<Map<String, Object>>> valid() throws IOException {
        Map<String, List<Map<String, Object>>> valid = new LinkedHashMap<>();
        for (AttachmentId id : files.list()) {
            Attachment attachment = files.load(id);
            if (attachment != null) {
                valid.computeIfAbsent(attachment.configuration().name(), name -> new ArrayList<>())
                        .add(Map.of("containerID", id.container().toString(), "ifname", id.interfaceName()));
            }
        }
        return valid;
    }
}
