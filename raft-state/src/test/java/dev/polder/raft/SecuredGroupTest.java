package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Members that let nobody in who cannot prove who he is, over real sockets. */
@Tag("slow")
@Timeout(120)
class SecuredGroupTest {
    private static final Duration CALM = Duration.ofSeconds(2);
    private static final String HERE = "ip:127.0.0.1";

    @TempDir
    private static Path keys;

    private static Certificates ours;
    private static RaftSecurity tls;

    @TempDir
    private Path directory;

    /** How they know each other. */
    enum Mode {
        SECRET,
        TLS;

        RaftSecurity security() {
            return this == SECRET ? secret(7) : tls;
        }
    }

    @BeforeAll
    static void vouch() throws Exception {
        ours = new Certificates(keys, "ours");
        tls = ours.issue("member", HERE);
    }

    private static RaftSecurity secret(int first) {
        byte[] secret = "0123456789abcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII);
        secret[0] = (byte) first;
        return RaftSecurity.secret(secret);
    }

    private static String follower(RunningGroup group) {
        String leader = group.awaitLeader().id();
        return group.members().stream()
                .filter(member -> !member.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    private static String leaderFor(RunningGroup group, RaftSecurity security) throws Exception {
        try (LeaderLocator locator = LeaderLocator.start("from-outside", security)) {
            return locator.find(group.members(), Duration.ofSeconds(5))
                    .get(20, TimeUnit.SECONDS)
                    .toString();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAgreeAndBeFound(Mode mode) throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, mode.security())) {
            group.commit("one", "two");
            RunningGroup.Member leader = group.awaitLeader();
            // larger than a sealed piece, and than a record of TLS
            assertThat(leader.log().propose(leader.listener().servingTerm(), new byte[1 << 20]))
                    .isEqualTo(ReplicatedLog.Proposed.ACCEPTED);
            group.awaitCount(3);
            assertThat(leaderFor(group, mode.security())).startsWith("leader " + leader.id());

            String other = follower(group);
            group.kill(other);
            group.commit("three");
            group.start(other);
            group.awaitCount(4);
            group.kill(group.awaitLeader().id());
            group.commit("four");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellNothingToWhoProvesNothing(Mode mode) throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, mode.security())) {
            assertThat(leaderFor(group, RaftSecurity.none())).startsWith("no leader");
            RaftSecurity another = mode == Mode.SECRET ? secret(8) : new Certificates(keys, "others").issue("x", HERE);
            assertThat(leaderFor(group, another)).startsWith("no leader");
            assertThat(leaderFor(group, mode == Mode.SECRET ? tls : secret(7))).startsWith("no leader");
            group.commit("it goes on");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnWorkingWhateverStrangersSay(Mode mode) throws Exception {
        Random random = new Random(3);
        List<RawConnection> silent = new ArrayList<>();
        try (RunningGroup group = RunningGroup.start(3, directory, Duration.ofSeconds(60), mode.security())) {
            String victim = group.awaitLeader().id();
            byte[] hello = RawConnection.bytes(new WireFrame(
                    0, new Greeting.Hello(RawConnection.introduction(follower(group), group.members(), 1), victim)));
            byte[] challenge = RawConnection.bytes(new WireFrame(0, new Greeting.Challenge(new byte[32], new byte[0])));
            for (int i = 0; i < 200; i++) {
                RawConnection connection = RawConnection.to(victim);
                silent.add(connection);
                byte[] garbage = new byte[random.nextInt(2_000)];
                random.nextBytes(garbage);
                try {
                    switch (i % 4) {
                        case 0 -> connection.say(garbage);
                        case 1 -> connection.say(hello);
                        case 2 -> {
                            connection.say(challenge);
                            connection.say(garbage);
                        }
                        default -> {}
                    }
                } catch (IOException e) {
                    // closed already, which is right
                    assertThat(i % 4).isEqualTo(2);
                }
            }
            group.commit("it goes on");
            assertThat(group.awaitLeader().id()).isEqualTo(victim);
            RecordingListener.await(
                    () -> group.member(victim).log().network().connections() <= PeerDoor.STRANGERS_MAX + 4);
        } finally {
            for (RawConnection connection : silent) {
                connection.close();
            }
        }
    }

    @Test
    void shouldRefuseAMemberWithAnotherSecretAndTakeItWithTheRightOne() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, secret(7))) {
            String other = follower(group);
            group.stop(other);
            group.commit("one");
            RunningGroup.Member wrong = group.start(other, group.peers(other, secret(8)));
            RecordingListener.await(() -> wrong.log().network().framesRefused() > 1);
            assertThat(wrong.listener().count()).isZero();
            group.stop(other);
            group.start(other);
            group.awaitCount(1);
        }
    }

    static List<Arguments> whoDoNotBelongTogether() throws Exception {
        RaftSecurity foreign = new Certificates(keys, "of-others").issue("z", HERE);
        RaftSecurity none = RaftSecurity.none();
        return List.of(
                Arguments.of(secret(7), secret(8)),
                Arguments.of(secret(7), none),
                Arguments.of(secret(7), tls),
                Arguments.of(none, secret(7)),
                Arguments.of(none, tls),
                Arguments.of(tls, foreign),
                Arguments.of(tls, secret(7)),
                Arguments.of(tls, none));
    }

    /** Which of the two knows what is not told: only that it is not what is asked for. */
    @ParameterizedTest
    @MethodSource("whoDoNotBelongTogether")
    void shouldTellBothWhoDoNotBelongTogetherAndNoMore(RaftSecurity theirs, RaftSecurity its) throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, theirs)) {
            String other = follower(group);
            group.stop(other);
            RunningGroup.Member wrong = group.start(other, group.peers(other, its));

            RecordingListener.await(() -> wrong.listener().refusals().size() == 2
                    && wrong.log().status().refusals().size() == 2);
            for (RunningGroup.Member member : group.running()) {
                RecordingListener.await(() -> !member.log().status().refusals().isEmpty());
                assertThat(member.log().status().refusals())
                        .allSatisfy(refusal -> assertThat(refusal.reason()).isEqualTo(WireSecurity.REFUSAL));
            }
            assertThat(wrong.listener().refusals())
                    .as("each of them once")
                    .containsExactlyInAnyOrderElementsOf(group.members().stream()
                            .filter(member -> !member.equals(other))
                            .map(member -> member + ": " + WireSecurity.REFUSAL)
                            .toList());

            group.stop(other);
            group.start(other);
            RecordingListener.await(() -> group.running().stream()
                    .allMatch(member -> member.log().status().refusals().isEmpty()));
        }
    }

    @Test
    void shouldRefuseCertificatesThatAreForeignOrExpired() throws Exception {
        RaftSecurity expired = ours.issue("expired", HERE, "-startdate", "-10d", "-validity", "5");
        RaftSecurity foreign = new Certificates(keys, "foreign").issue("y", HERE);
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, tls)) {
            assertThat(leaderFor(group, expired)).startsWith("no leader");
            String other = follower(group);
            group.stop(other);
            group.commit("one");
            RunningGroup.Member wrong = group.start(other, group.peers(other, foreign));
            RecordingListener.await(() -> wrong.log().network().handshakesRefused() > 1);
            assertThat(wrong.listener().count()).isZero();
            group.stop(other);
            group.start(other);
            group.awaitCount(1);
        }
    }

    /** One that does not look at its own certificate. */
    @Test
    void shouldRefuseACallerWhoseCertificateIsOfAnotherHost() throws Exception {
        ours.issue("elsewhere", "ip:10.9.8.7,dns:elsewhere.example");
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, tls)) {
            String called = group.awaitLeader().id();
            String other = follower(group);
            group.stop(other);
            try (SSLSocket socket =
                    call(called, CertifiedKey.read(ours.certificate("elsewhere"), ours.key("elsewhere")))) {
                socket.getOutputStream()
                        .write(RawConnection.bytes(new WireFrame(
                                0, new Greeting.Hello(RawConnection.introduction(other, group.members(), 1), called))));
                socket.getOutputStream().flush();

                RecordingListener.await(
                        () -> !group.member(called).log().status().refusals().isEmpty());
            }
            assertThat(group.member(called).log().status().refusals())
                    .extracting(LogStatus.Refusal::reason)
                    .containsExactly("the certificate of " + other + " does not name its host 127.0.0.1, but"
                            + " [10.9.8.7, elsewhere.example]");
        }
    }

    private static SSLSocket call(String member, CertifiedKey own) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] none = {};
        store.setKeyEntry("own", own.key(), none, own.chain().toArray(X509Certificate[]::new));
        try (InputStream in = Files.newInputStream(ours.trust())) {
            store.setCertificateEntry(
                    "trust", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(store, none);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
        MemberAddress address = MemberAddress.of(member);
        return (SSLSocket) context.getSocketFactory().createSocket(address.host(), address.port());
    }

    @Test
    void shouldNotStartWithWhatOthersWouldRefuse() throws Exception {
        RaftSecurity mixed = RaftSecurity.mutualTls(ours.certificate("member"), ours.key("far"), ours.trust());
        Certificates others = new Certificates(keys, "disbelieved");
        others.issue("theirs", HERE);
        RaftSecurity disbelieved =
                RaftSecurity.mutualTls(others.certificate("theirs"), others.key("theirs"), ours.trust());
        try (RunningGroup group = RunningGroup.of(3, directory, CALM)) {
            String member = group.members().get(0);
            String unnamed = ": the certificate of " + member + " does not name its host 127.0.0.1, but ";
            doesNotStart(group, ours.issue("far", "ip:10.9.8.7"))
                    .hasMessage("certificate " + ours.certificate("far") + unnamed + "[10.9.8.7]");
            doesNotStart(group, ours.issue("named", "dns:127.0.0.1"))
                    .as("an address is no name")
                    .hasMessage("certificate " + ours.certificate("named") + unnamed + "[127.0.0.1]");
            doesNotStart(group, mixed)
                    .hasMessage(
                            "key " + ours.key("far") + " does not belong to certificate " + ours.certificate("member"));
            doesNotStart(group, ours.issue("old", HERE, "-startdate", "-10d", "-validity", "5"))
                    .hasMessageStartingWith("certificate " + ours.certificate("old") + ": who believes trust "
                            + ours.trust() + " refuses it: it or one that vouches for it has expired, NotAfter: ");
            doesNotStart(group, disbelieved)
                    .hasMessage("certificate " + others.certificate("theirs") + ": who believes trust " + ours.trust()
                            + " refuses it: unable to find valid certification path to requested target");
        }
    }

    private static AbstractThrowableAssert<?, ?> doesNotStart(RunningGroup group, RaftSecurity security) {
        String member = group.members().get(0);
        return assertThatThrownBy(() -> group.start(member, group.peers(member, security)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldSayInWhatFormAKeyMustBe() throws Exception {
        String key = Files.readString(ours.key("member"));
        Path other = Files.writeString(keys.resolve("sec1.pem"), key.replace("PRIVATE KEY", "EC PRIVATE KEY"));
        assertThatThrownBy(() -> CertifiedKey.read(ours.certificate("member"), other))
                .isInstanceOf(IOException.class)
                .hasMessage("key " + other
                        + " holds no 'PRIVATE KEY' in PEM, which is PKCS#8, not encrypted, but [EC PRIVATE KEY]");
    }

    @Test
    void shouldReadCertificateAndKeyFromOneFile() throws Exception {
        ours.issue("both", HERE);
        String certificate = Files.readString(ours.certificate("both"));
        String key = Files.readString(ours.key("both"));
        for (String text : List.of(certificate + key, key + certificate)) {
            Path both = Files.writeString(keys.resolve("certificate-and-key.pem"), text);
            assertThat(CertifiedKey.read(both, both).chain()).hasSize(1);
        }
    }

    @Test
    void shouldNameTheKeyThatIsDamaged() throws Exception {
        Path damaged = keys.resolve("damaged.pem");
        String key = Files.readString(ours.key("member"));
        Files.writeString(damaged, key.replaceFirst("(?m)^([A-Za-z0-9+/]{60,}).$", "$1"));
        assertThatThrownBy(() -> CertifiedKey.read(ours.certificate("member"), damaged))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("key " + damaged);
    }

    @Test
    void shouldSayThatAKeyOfAnotherSizeIsAnothers() throws Exception {
        ours.issueRsa("small", 2048);
        ours.issueRsa("large", 3072);
        assertThatThrownBy(() -> CertifiedKey.read(ours.certificate("small"), ours.key("large")))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "key " + ours.key("large") + " does not belong to certificate " + ours.certificate("small"));
        assertThatThrownBy(() -> CertifiedKey.read(ours.certificate("small"), ours.key("member")))
                .isInstanceOf(IOException.class)
                .hasMessage("key " + ours.key("member") + " is no RSA key, as its certificate's is");
    }

    /** A client says no name, so there is none to prove. */
    @Test
    void shouldTakeAClientOfAnyName() throws Exception {
        RaftSecurity client = ours.issue("client", "dns:somewhere.example");
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, tls)) {
            assertThat(leaderFor(group, client)).startsWith("leader ");
        }
    }

    @Test
    void shouldUseNewCertificatesForNewConnections() throws Exception {
        RaftSecurity changing = ours.issue("changing", HERE);
        RaftSecurity next = ours.issue("next", HERE);
        Certificates newTrust = new Certificates(keys, "new");
        RaftSecurity later = newTrust.issue("later", HERE);
        Path trust = keys.resolve("both.pem");
        Files.copy(ours.trust(), trust);
        RaftSecurity rotating = RaftSecurity.mutualTls(ours.certificate("changing"), ours.key("changing"), trust);
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, rotating)) {
            assertThat(leaderFor(group, changing)).startsWith("leader ");
            assertThat(leaderFor(group, later)).startsWith("no leader");

            // as the reason asks for: both are trusted first, then the certificate is replaced
            Files.writeString(trust, Files.readString(ours.trust()) + Files.readString(newTrust.trust()));
            RecordingListener.await(() -> succeeds(
                    group, RaftSecurity.mutualTls(newTrust.certificate("later"), newTrust.key("later"), trust)));
            Files.copy(
                    newTrust.certificate("later"), ours.certificate("changing"), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(newTrust.key("later"), ours.key("changing"), StandardCopyOption.REPLACE_EXISTING);
            RecordingListener.await(() -> succeeds(group, later));
            // one that trusts the old ones only finds nobody any more
            RecordingListener.await(() -> !succeeds(group, next));

            group.awaitLeader().log().cutConnections();
            group.commit("it goes on");
        }
    }

    @Test
    void shouldKeepTheCertificateThatIsGoodWhenAWorseOneIsPutInItsPlace() throws Exception {
        ours.issue("kept", HERE);
        ours.issue("worse", "ip:10.9.8.7");
        ours.issue("better", HERE);
        try (TlsSecurity security =
                TlsSecurity.open(ours.certificate("kept"), ours.key("kept"), ours.trust(), "not-started")) {
            security.standFor("127.0.0.1:5052");
            X509Certificate good = security.shown();

            putInPlace("worse", "kept");
            security.readAgain();
            assertThat(security.shown()).isEqualTo(good);

            Files.copy(ours.key("better"), ours.key("kept"), StandardCopyOption.REPLACE_EXISTING);
            security.readAgain();
            assertThat(security.shown()).as("its key is not there yet").isEqualTo(good);

            putInPlace("better", "kept");
            security.readAgain();
            assertThat(security.shown()).isNotEqualTo(good);
        }
    }

    /** A connection lasts: the first one after a change would be what it should not be, for days. */
    @Test
    void shouldTakeNoConnectionBeforeChangedFilesAreRead() throws Exception {
        ours.issue("changed", HERE);
        ours.issue("fresh", HERE);
        try (TlsSecurity security =
                TlsSecurity.open(ours.certificate("changed"), ours.key("changed"), ours.trust(), "not-started")) {
            X509Certificate before = security.shown();
            assertThat(security.layer(null)).isInstanceOf(TlsLayer.class);
            putInPlace("fresh", "changed");
            ChannelHandler[] noticed = new ChannelHandler[1];
            RecordingListener.await(() -> {
                noticed[0] = security.layer(null);
                return !(noticed[0] instanceof TlsLayer);
            });
            assertThat(new EmbeddedChannel(noticed[0]).isOpen()).isFalse();
            RecordingListener.await(() -> security.layer(null) instanceof TlsLayer);
            assertThat(security.shown()).isNotEqualTo(before);
        }
    }

    /** The same file as of the one that goes on: an authority is taken out of it while its own certificate is of that one. */
    @Test
    void shouldNotBelieveAnAuthorityAnyMoreThatWasTakenOut() throws Exception {
        Certificates next = new Certificates(keys, "next-authority");
        Path trust = Files.copy(ours.trust(), keys.resolve("shrinking.pem"));
        ours.issue("late", HERE);
        RaftSecurity late = RaftSecurity.mutualTls(ours.certificate("late"), ours.key("late"), trust);
        RaftSecurity other = ours.issue("other", HERE);
        try (RunningGroup group = RunningGroup.start(3, directory, CALM, late)) {
            assertThat(leaderFor(group, other)).startsWith("leader ");
            Files.writeString(trust, Files.readString(next.trust()));
            RecordingListener.await(() -> !succeeds(group, other));
        }
    }

    @Test
    void shouldSayThatAFileIsCutOff() throws Exception {
        String whole = Files.readString(ours.trust());
        Path cut = Files.writeString(keys.resolve("cut.pem"), whole + whole.substring(0, whole.length() - 40));
        assertThatThrownBy(() -> Authorities.read(cut))
                .isInstanceOf(IOException.class)
                .hasMessage("trust " + cut + " is cut off: there is no end of a 'CERTIFICATE'");
    }

    private static void putInPlace(String name, String of) throws IOException {
        Files.copy(ours.certificate(name), ours.certificate(of), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(ours.key(name), ours.key(of), StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean succeeds(RunningGroup group, RaftSecurity security) {
        try {
            return leaderFor(group, security).startsWith("leader ");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldNotStartWithoutTheFilesItNeeds() throws Exception {
        Path missing = keys.resolve("missing.pem");
        RaftSecurity none = RaftSecurity.mutualTls(missing, ours.key("member"), ours.trust());
        assertThatThrownBy(() -> LeaderLocator.start("no-files", none))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing.pem");
        Path nonsense = Files.writeString(keys.resolve("nonsense.pem"), "no key");
        RaftSecurity bad = RaftSecurity.mutualTls(ours.certificate("member"), nonsense, ours.trust());
        assertThatThrownBy(() -> LogClient.start("no-files", List.of("127.0.0.1:1"), bad, failure -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nonsense.pem");
        try (RunningGroup group = RunningGroup.of(1, directory, CALM)) {
            String alone = group.members().get(0);
            assertThatThrownBy(() -> group.start(alone, group.peers(alone, none)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("missing.pem");
        }
        RecordingListener.await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("no-files")));
    }

    @Test
    void shouldRefuseAShortSecretAndSayNoSecret() {
        assertThatThrownBy(() -> RaftSecurity.secret(new byte[31]))
                .hasMessage("secret has 31 bytes, must have at least 32");
        assertThat(secret(7)).hasToString("shared secret");
    }
}
