package org.postern.app.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.AuthenticationRequest.Origin;
import org.postern.auth.Authenticator;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsListener;
import org.postern.auth.explain.Explainer;
import org.postern.auth.explain.Explanation;
import org.postern.auth.explain.ExplanationText;
import org.postern.auth.explain.Question;
import org.postern.auth.secondopinion.SecondOpinion;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.DnsConfig;
import org.postern.core.config.LoadResult;
import org.postern.core.config.NetworksConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;
import org.postern.core.problem.Problems;
import org.postern.core.time.TimeSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postern auth}: evaluates SPF, DKIM, ARC and DMARC for one message or a batch, and explains
 * every step. Needs no daemon, and no configuration either: without one it asks the system's
 * resolvers in the name of {@code localhost}.
 */
@Command(
        name = "auth",
        mixinStandardHelpOptions = true,
        description = "Evaluate SPF, DKIM, ARC and DMARC for a message and explain every step.",
        footer = {
            "",
            "With --batch it reads one JSON object a line from standard input:",
            "  {\"id\":\"1\",\"client_ip\":\"192.0.2.1\",\"helo\":\"mail.example.org\",",
            "   \"mail_from\":\"a@example.org\",\"message_b64\":\"...\"}     (on one line)",
            "and writes one a line, in order. message_b64 may be left out (SPF alone)."
        })
public final class AuthCommand implements Callable<Integer> {
    private static final int DNS_PORT = 53;
    private static final int SHOWN_PROBLEMS = 5;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--config", paramLabel = "FILE", description = "configuration file")
    private @Nullable Path config;

    @Option(
            names = "--client-ip",
            paramLabel = "ADDRESS",
            description = "address that the message came from")
    private @Nullable String clientIp;

    @Option(names = "--helo", paramLabel = "NAME", description = "its EHLO or HELO name")
    private String helo = "";

    @Option(
            names = "--mail-from",
            paramLabel = "ADDRESS",
            description = "the reverse-path; \"\" is the null reverse-path")
    private String mailFrom = "";

    @Option(
            names = "--dns",
            paramLabel = "ADDRESS[:PORT]",
            split = ",",
            description = "resolver to ask in place of the configured ones")
    private List<String> dns = new ArrayList<>();

    @Option(
            names = "--authserv-id",
            paramLabel = "ID",
            description = "our id in Authentication-Results")
    private @Nullable String authservId;

    @Option(
            names = "--now",
            paramLabel = "TIME",
            description = "the time to check at, such as 2026-11-21T10:00:00Z")
    private @Nullable String now;

    @Option(names = "--json", description = "print one JSON object per line")
    private boolean json;

    @Option(names = "--batch", description = "answer JSON objects from standard input")
    private boolean batch;

    @Option(
            names = "--as-connection",
            description = "judge the address as that of a connection, by the section networks")
    private boolean asConnection;

    @Option(
            names = "--second-opinion",
            description = "add what jSPF and jDKIM say, and where they differ")
    private boolean secondOpinion;

    @Parameters(
            arity = "0..1",
            paramLabel = "MESSAGE",
            description = "file with the message; - reads standard input; without it SPF alone")
    private @Nullable String message;

    private final TimeSource time = TimeSource.system();
    private final InputStream in;
    private final OutputStream out;

    /** The command on the process' own streams. */
    public AuthCommand() {
        this(System.in, Console.bytes());
    }

    /** The command on these streams. */
    AuthCommand(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.OFF); // standard output is for the answer
        }
        Origin origin = asConnection ? Origin.CONNECTION : Origin.STATED;
        Instant at = now == null ? null : instant(now);
        PosternConfig configured = configuration();
        AuthenticatorSettings settings = settings(configured);
        try (CachingDnsClient client =
                CachingDnsClient.of(dnsConfig(configured), time, DnsListener.NONE)) {
            Explainer explainer =
                    new Explainer(
                            new Authenticator(settings, client, time),
                            secondOpinion
                                    ? new SecondOpinion(client, time, Duration.ofSeconds(20))
                                    : null);
            return batch ? batch(explainer, origin, at) : single(explainer, origin, at);
        }
    }

    private int batch(Explainer explainer, Origin origin, @Nullable Instant at)
            throws IOException, InterruptedException {
        boolean all =
                new AuthBatch(explainer, origin, at)
                        .run(
                                new BufferedInputStream(in, 1 << 16),
                                new BufferedOutputStream(out, 1 << 16));
        return all ? ExitCode.OK : ExitCode.FAILED;
    }

    private int single(Explainer explainer, Origin origin, @Nullable Instant at)
            throws IOException {
        if (clientIp == null) {
            throw new ParameterException(
                    spec.commandLine(), "--client-ip ADDRESS is needed, or --batch");
        }
        InetAddress address;
        try {
            address = Ip.parse(clientIp);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--client-ip: not an IP address: " + clientIp, e);
        }
        AuthenticationRequest request =
                new AuthenticationRequest(address, helo, withoutBrackets(mailFrom), origin, at);
        Explanation explanation = explainer.explain(new Question(request, read(message)));
        PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8);
        if (json) {
            print.println(AuthJson.answer(null, explanation));
        } else {
            print.print(ExplanationText.of(explanation));
        }
        print.flush();
        return print.checkError() ? ExitCode.FAILED : ExitCode.OK;
    }

    private byte @Nullable [] read(@Nullable String file) throws IOException {
        if (file == null) {
            return null;
        }
        return file.equals("-") ? in.readAllBytes() : Files.readAllBytes(Path.of(file));
    }

    /** The configuration named, or the one that lies where it usually does, or none. */
    private @Nullable PosternConfig configuration() {
        if (config != null) {
            return switch (ConfigLoader.load(config)) {
                case LoadResult.Loaded loaded -> loaded.config();
                case LoadResult.Refused refused ->
                        throw new ParameterException(
                                spec.commandLine(), refused.problems().toString());
            };
        }
        for (Path usual :
                List.of(
                        Path.of(System.getProperty("postern.home", "."), "config", "postern.yaml"),
                        Path.of("/etc/postern/postern.yaml"))) {
            if (Files.exists(usual)) {
                return switch (ConfigLoader.load(usual)) {
                    case LoadResult.Loaded loaded -> loaded.config();
                    case LoadResult.Refused refused -> {
                        sayNotUsed(usual, refused.problems());
                        yield null;
                    }
                };
            }
        }
        return null;
    }

    /** Nobody named the file, so the question is answered without it; but not in silence. */
    private void sayNotUsed(Path file, Problems problems) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("postern auth: " + file + " has errors and is not used:");
        problems.all().stream().limit(SHOWN_PROBLEMS).forEach(p -> err.println("  " + p));
        if (problems.all().size() > SHOWN_PROBLEMS) {
            err.println("  (postern check names all " + problems.all().size() + ")");
        }
        err.println(
                "Checking without a configuration instead: "
                        + (dns.isEmpty()
                                ? "the resolvers of /etc/resolv.conf"
                                : "the resolvers of --dns")
                        + ", results in the name of "
                        + (authservId == null ? "localhost" : authservId)
                        + ", nothing under networks, dmarc-exceptions or trusted-sealers.");
        err.flush();
    }

    /** The checks are on, whatever the configuration says: they are what is asked for. */
    private AuthenticatorSettings settings(@Nullable PosternConfig configured) {
        AuthenticatorSettings settings =
                configured == null
                        ? new AuthenticatorSettings(
                                Domain.of("localhost"),
                                AuthenticationConfig.defaults("localhost"),
                                NetworksConfig.NONE,
                                Set.of())
                        : AuthenticatorSettings.of(configured, null);
        return settings.checking(
                authservId == null ? settings.authentication().authservId() : authservId);
    }

    private DnsConfig dnsConfig(@Nullable PosternConfig configured) {
        DnsConfig section = configured == null ? DnsConfig.DEFAULT : configured.dns();
        if (dns.isEmpty()) {
            return section;
        }
        return new DnsConfig(
                dns.stream().map(this::server).toList(), section.timeout(), section.tries());
    }

    /** {@code 127.0.0.1}, {@code 127.0.0.1:5353}, {@code ::1} or {@code [::1]:5353}. */
    private InetSocketAddress server(String text) {
        String host = text;
        int port = DNS_PORT;
        int colon = text.lastIndexOf(':');
        boolean bare6 = text.indexOf(':') != colon && !text.startsWith("[");
        try {
            if (colon > 0 && !bare6 && text.charAt(text.length() - 1) != ']') {
                host = text.substring(0, colon);
                port = Integer.parseInt(text.substring(colon + 1));
            }
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            return new InetSocketAddress(Ip.parseScoped(host), port);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--dns: not an address such as 127.0.0.1:5353: " + text, e);
        }
    }

    private Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--now: not a time such as 2026-11-21T10:00:00Z: " + text,
                    e);
        }
    }

    /** The address without the brackets that it has in the protocol. */
    static String withoutBrackets(String address) {
        return address.startsWith("<") && address.endsWith(">")
                ? address.substring(1, address.length() - 1)
                : address;
    }
}
