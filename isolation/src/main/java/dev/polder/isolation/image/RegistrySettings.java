package dev.polder.isolation.image;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;

/**
 * How registries are talked to. Immutable.
 *
 * @param plain registries, as {@code host:port}, that are talked to without TLS; those on a loopback address are
 *     anyway, unless {@code plainOnLoopback} is false
 * @param connectTimeout how long a connection may take to come about
 * @param stallTimeout how long a registry may say nothing before the connection is given up
 * @param attemptsMax how often one thing is asked for, when answers say to try later or connections break
 * @param retryAfterMax the longest time that a registry may ask us to wait
 * @param tls whom to trust; absent for what the JVM trusts
 */
public record RegistrySettings(
        Set<String> plain,
        boolean plainOnLoopback,
        Duration connectTimeout,
        Duration stallTimeout,
        int attemptsMax,
        Duration retryAfterMax,
        Optional<SSLSocketFactory> tls) {

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if a time is not positive or above an hour, or there is no attempt
     */
    public RegistrySettings {
        plain = Set.copyOf(plain);
        check("connectTimeout", connectTimeout);
        check("stallTimeout", stallTimeout);
        check("retryAfterMax", retryAfterMax);
        if (attemptsMax < 1 || attemptsMax > 100) {
            throw new IllegalArgumentException("attemptsMax=" + attemptsMax + " is not 1 to 100");
        }
    }

    private static void check(String name, Duration time) {
        if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(name + "=" + time + " is not 1 ms to 1 h");
        }
    }

    /** Returns the defaults: TLS but for loopback, 10 s to connect, a minute of silence, 5 attempts. */
    public static RegistrySettings defaults() {
        return new RegistrySettings(
                Set.of(),
                true,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                5,
                Duration.ofMinutes(1),
                Optional.empty());
    }

    /** Returns these with other registries that are talked to without TLS. */
    public RegistrySettings withPlain(Set<String> registries) {
        return new RegistrySettings(
                registries, plainOnLoopback, connectTimeout, stallTimeout, attemptsMax, retryAfterMax, tls);
    }

    /** Returns these with other trust, which then holds for loopback too. */
    public RegistrySettings withTls(SSLSocketFactory factory) {
        return new RegistrySettings(
                plain, false, connectTimeout, stallTimeout, attemptsMax, retryAfterMax, Optional.of(factory));
    }

    /** Returns these with another limit to silence. */
    public RegistrySettings withStallTimeout(Duration timeout) {
        return new RegistrySettings(plain, plainOnLoopback, connectTimeout, timeout, attemptsMax, retryAfterMax, tls);
    }

    /** May this registry, {@code host[:port]}, be talked to without TLS? */
    boolean isPlain(String registry) {
        return plain.contains(registry) || (plainOnLoopback && isLoopback(registry));
    }

    /** Looks at the text alone: a name that is looked up could lead anywhere. */
    private static boolean isLoopback(String registry) {
        String host = registry.replaceFirst(":[0-9]+$", "");
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
