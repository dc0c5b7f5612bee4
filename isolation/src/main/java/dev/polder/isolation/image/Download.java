package dev.polder.isolation.image;

import dev.polder.isolation.image.ImageSource.Blob;
import dev.polder.isolation.image.ImageSource.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * One blob on its way into a file: no byte more than its manifest says, hashed as it comes, and gone on with after a
 * break. When {@link #run} returns, the file is the blob.
 */
final class Download {
    private static final int BREAKS_MAX = 5;
    private static final int CONNECTIONS_MAX = 1000;
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Repository repository;
    private final Descriptor blob;
    private final Path file;
    private final PullProgress progress;
    private MessageDigest hash;
    private long at;

    Download(Repository repository, Descriptor blob, Path file, PullProgress progress) {
        this.repository = repository;
        this.blob = blob;
        this.file = file;
        this.progress = progress;
        this.hash = blob.digest().hash();
    }

    void run() throws IOException {
        try (FileChannel to = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int breaks = 0;
            int connections = 0;
            while (at < blob.size()) {
                long before = at;
                IOException last;
                try {
                    receive(to);
                    last = new IOException("the connection ended");
                } catch (ImageException | ClosedByInterruptException e) {
                    throw e;
                } catch (IOException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw e;
                    }
                    last = e;
                }
                // a registry that gives a little each time is patient, one that gives nothing is broken
                breaks = at > before ? 0 : breaks + 1;
                connections++;
                if (at < blob.size() && (breaks > BREAKS_MAX || connections == CONNECTIONS_MAX)) {
                    throw new IOException(
                            "blob " + blob.digest() + " ends after " + at + " of " + blob.size() + " bytes, after "
                                    + connections + " connections",
                            last);
                }
            }
            Digest got = Digest.of(blob.digest().algorithm(), hash.digest());
            if (!got.equals(blob.digest())) {
                throw new ImageException("blob " + blob.digest() + " has other bytes: theirs is " + got);
            }
        }
    }

    private void receive(FileChannel to) throws IOException {
        Blob answer = repository.blob(blob, at);
        try (InputStream in = answer.bytes()) {
            if (answer.from() != at) {
                hash = blob.digest().hash();
                at = 0;
                to.truncate(0);
                to.position(0);
            }
            byte[] chunk = new byte[CHUNK_BYTES];
            int read = in.read(chunk);
            while (read >= 0) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while pulling " + blob.digest());
                }
                if (at + read > blob.size()) {
                    throw new ImageException("blob " + blob.digest() + " is longer than the " + blob.size()
                            + " bytes that its manifest says");
                }
                hash.update(chunk, 0, read);
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, read);
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                at += read;
                progress.onBytes(blob.digest(), at, blob.size());
                read = in.read(chunk);
            }
        }
    }
}
