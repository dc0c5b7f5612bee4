package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.network.CniResult.Dns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a container with a network of its own reads in place of the host's files; whoever launches it mounts them.
 *
 * @param hostname for {@code /etc/hostname}
 * @param hosts for {@code /etc/hosts}
 * @param resolvConf for {@code /etc/resolv.conf}
 */
public record ContainerFiles(Path hostname, Path hosts, Path resolvConf) {
    private static final int HOSTNAME_LENGTH_MAX = 64;
    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final Pattern HOSTNAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
    /** One word of resolv.conf: a line break in it would be another line, of whoever wrote it. */
    private static final Pattern WORD = Pattern.compile("[!-~]{1,255}");

    /** Refuses null. */
    public ContainerFiles {
        requireNonNull(hostname, "hostname");
        requireNonNull(hosts, "hosts");
        requireNonNull(resolvConf, "resolvConf");
    }

    /**
     * Writes the files, mode 0644, over former ones.
     *
     * @param directory of the container alone, in which nobody else may write
     * @param name of the container's host
     * @param addresses of the container, by which its name is found
     * @param dns of the attachment; with nothing in it the file is empty, and names are asked of the container itself
     * @throws IllegalArgumentException if the name is no host's name
     * @throws IOException if a word of the DNS would break a line, or the files cannot be written
     */
    public static ContainerFiles write(Path directory, String name, List<CniResult.Address> addresses, Dns dns)
            throws IOException {
        if (name.length() > HOSTNAME_LENGTH_MAX || !HOSTNAME.matcher(name).matches()) {
            throw new IllegalArgumentException("hostname '" + name + "' must be labels of letters, digits and '-', with"
                    + " '.' between them, and at most HOSTNAME_LENGTH_MAX=" + HOSTNAME_LENGTH_MAX + " characters");
        }
        StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
        for (CniResult.Address address : addresses) {
            hosts.append(address.network().address()).append(' ').append(name).append('\n');
        }
        return new ContainerFiles(
                write(directory.resolve("hostname"), name + "\n"),
                write(directory.resolve("hosts"), hosts.toString()),
                write(directory.resolve("resolv.conf"), resolvConf(dns)));
    }

    private static String resolvConf(Dns dns) throws IOException {
        StringBuilder lines = new StringBuilder();
        if (dns.domain().isPresent()) {
            lines.append("domain ").append(word(dns.domain().get())).append('\n');
        }
        append(lines, "search", dns.search());
        append(lines, "options", dns.options());
        for (String nameserver : dns.nameservers()) {
            lines.append("nameserver ").append(word(nameserver)).append('\n');
        }
        return lines.toString();
    }

    private static void append(StringBuilder lines, String key, List<String> words) throws IOException {
        if (!words.isEmpty()) {
            lines.append(key);
            for (String word : words) {
                lines.append(' ').append(word(word));
            }
            lines.append('\n');
        }
    }

    private static String word(String text) throws IOException {
        if (!WORD.matcher(text).matches()) {
            throw new IOException("DNS word '" + text + "' must be 1 to 255 printable ASCII characters without spaces");
        }
        return text;
    }

    private static Path write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardCharsets.US_ASCII);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }
}
