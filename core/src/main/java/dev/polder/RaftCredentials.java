package dev.polder;

import dev.polder.raft.RaftSecurity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files by which the members of a cluster, and nodes that join by the seeds, know each other on the Raft port: a secret
 * that all have, or certificates; or none.
 *
 * @param secret random bytes
 * @param certificate the node's own certificate, PEM
 * @param key the certificate's private key, PEM
 * @param trust the certificates of who may vouch for others, PEM
 */
record RaftCredentials(Optional<Path> secret, Optional<Path> certificate, Optional<Path> key, Optional<Path> trust) {
    /** Nobody proves anything. */
    static final RaftCredentials NONE =
            new RaftCredentials(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    RaftCredentials withSecret(Path file) {
        return new RaftCredentials(Optional.of(file), certificate, key, trust);
    }

    RaftCredentials withCertificate(Path file) {
        return new RaftCredentials(secret, Optional.of(file), key, trust);
    }

    RaftCredentials withKey(Path file) {
        return new RaftCredentials(secret, certificate, Optional.of(file), trust);
    }

    RaftCredentials withTrust(Path file) {
        return new RaftCredentials(secret, certificate, key, Optional.of(file));
    }

    /** Returns what is wrong with them together; files are not looked at. */
    List<String> mistakes() {
        long certificates =
                Stream.of(certificate, key, trust).filter(Optional::isPresent).count();
        List<String> mistakes = new ArrayList<>();
        if (certificates != 0 && certificates != 3) {
            mistakes.add("raftCertificate '" + text(certificate) + "', raftKey '" + text(key) + "', raftTrust '"
                    + text(trust) + "': all three or none");
        }
        if (secret.isPresent() && certificates != 0) {
            mistakes.add("raftSecretFile '" + text(secret) + "': a secret or certificates, not both");
        }
        return mistakes;
    }

    /**
     * Reads what has to be read now.
     *
     * @throws IOException if a file cannot be had; names the setting and the file
     */
    RaftSecurity read() throws IOException {
        if (secret.isPresent()) {
            Path file = secret.get();
            byte[] bytes;
            try {
                bytes = Files.readAllBytes(file);
            } catch (IOException e) {
                throw new IOException("raftSecretFile '" + file + "': cannot be read: " + e, e);
            }
            try {
                return RaftSecurity.secret(bytes);
            } catch (IllegalArgumentException e) {
                throw new IOException("raftSecretFile '" + file + "': " + e.getMessage(), e);
            }
        }
        return certificate.isPresent()
                ? RaftSecurity.mutualTls(certificate.get(), key.orElseThrow(), trust.orElseThrow())
                : RaftSecurity.none();
    }

    static String text(Optional<Path> file) {
        return file.map(Path::toString).orElse("");
    }
}
