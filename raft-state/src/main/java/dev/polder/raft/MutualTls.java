package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;

/** Certificates at both ends. */
final class MutualTls extends RaftSecurity {
    private final Path certificatePem;
    private final Path keyPem;
    private final Path trustPem;

    MutualTls(Path certificatePem, Path keyPem, Path trustPem) {
        this.certificatePem = certificatePem;
        this.keyPem = keyPem;
        this.trustPem = trustPem;
    }

    @Override
    WireSecurity open(String threadName) throws IOException {
        return TlsSecurity.open(certificatePem, keyPem, trustPem, threadName);
    }

    @Override
    public String toString() {
        return "mutual TLS with " + certificatePem + ", key " + keyPem + ", trust " + trustPem;
    }
}
