package org.postern.app.wiring;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postern.app.country.CountryDatabase;
import org.postern.app.country.CountryFileException;
import org.postern.app.directory.SourceSyntax;
import org.postern.auth.dkim.SigningKey;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsListener;
import org.postern.auth.dns.DnsName;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.postern.smtp.tls.TlsContexts;
import org.postern.smtp.tls.TlsProblemException;

/**
 * What the real world has against a configuration that reads well: certificates that do not load, a
 * sealing key that cannot sign, a data directory that cannot be written, downstreams whose names do
 * not exist. A name that nobody can answer for just now is a warning, not an error: mail is taken
 * and waits.
 */
public final class Surroundings {
    private static final FileAttribute<?> OWNER_AND_GROUP =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));
    private static final Duration DNS_BUDGET = Duration.ofSeconds(5);

    private Surroundings() {}

    /**
     * What was found of a configuration, and what was loaded to find it: nobody need load it again,
     * and find another file there.
     *
     * @param problems everything, in the order of the configuration; empty when all is well
     * @param certificates those of section {@code tls}; null where they do not load, an error
     * @param sealingKey the key of ARC seals; null where none is named, or it cannot sign, an error
     */
    record Seen(
            List<Problem> problems,
            @Nullable TlsContexts certificates,
            @Nullable SigningKey sealingKey) {
        /** The certificates of a configuration without an error. */
        TlsContexts loadedCertificates() {
            return Objects.requireNonNull(certificates, "certificates that do not load");
        }
    }

    /** Looks at all of it; a data directory that is missing is made. */
    static Seen look(PosternConfig config) {
        List<Problem> problems = new ArrayList<>();
        data(config, problems);
        return beyondData(config, problems);
    }

    /** Everything found, in the order of the configuration; empty when all is well. */
    public static List<Problem> check(PosternConfig config) {
        return look(config).problems();
    }

    /**
     * The same of a configuration that does not come into force: nothing is made or written for it.
     */
    public static List<Problem> checkUntouched(PosternConfig config) {
        List<Problem> problems = new ArrayList<>();
        Path there = config.data().toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            problems.add(noDirectory(config, there));
        } else if (!Files.isWritable(there)) {
            problems.add(notWritable(config, "permission denied"));
        }
        return beyondData(config, problems).problems();
    }

    private static Seen beyondData(PosternConfig config, List<Problem> problems) {
        TlsContexts certificates = null;
        try {
            certificates = TlsContexts.load(config.tls());
        } catch (TlsProblemException e) {
            problems.add(error(config.placeOf("tls"), String.valueOf(e.getMessage())));
        }
        SigningKey sealingKey = null;
        try {
            sealingKey = SealingKey.read(config);
        } catch (SealingKey.SealingKeyException e) {
            problems.add(error(config.placeOf(SealingKey.PATH), String.valueOf(e.getMessage())));
        }
        Path countries = config.policy().countryDatabase();
        if (countries != null) {
            try {
                CountryDatabase.check(countries);
            } catch (CountryFileException e) {
                problems.add(about(config, e));
            }
        }
        SourceSyntax.check(config, problems);
        config.downstreams().values().stream()
                .sorted(Comparator.comparing(DownstreamConfig::name))
                .forEach(d -> downstream(config, d, problems));
        return new Seen(problems, certificates, sealingKey);
    }

    /** A database of countries that cannot be used. */
    static Problem about(PosternConfig config, CountryFileException e) {
        return error(
                config.placeOf(PolicyConfig.COUNTRY_DATABASE),
                PolicyConfig.COUNTRY_DATABASE + ": " + e.getMessage());
    }

    /** Resolvers that cannot be found out. */
    static Problem about(PosternConfig config, IOException noResolver) {
        return error(
                config.placeOf("dns"),
                "no resolver to ask: " + noResolver.getMessage() + "; name one under dns.servers");
    }

    private static void data(PosternConfig config, List<Problem> problems) {
        Path data = config.data();
        Place place = config.placeOf("data");
        try {
            Files.createDirectories(data, OWNER_AND_GROUP);
            openToOthers(data.resolve("spool"), place, problems);
            openToOthers(data.resolve("journal"), place, problems);
            Path probe = Files.createTempFile(data, ".writable", null);
            Files.delete(probe);
        } catch (FileAlreadyExistsException e) {
            problems.add(noDirectory(config, data));
        } catch (IOException e) {
            problems.add(notWritable(config, reason(e)));
        }
    }

    private static Problem noDirectory(PosternConfig config, Path found) {
        return error(
                config.placeOf("data"), "data: " + found + " is not a directory; name another");
    }

    private static Problem notWritable(PosternConfig config, String why) {
        return error(
                config.placeOf("data"),
                "data: "
                        + config.data()
                        + " cannot be written ("
                        + why
                        + "); give the gateway's user write access or name another directory");
    }

    /** A folder from before, or made by hand, in which any user of the machine can read mail. */
    private static void openToOthers(Path folder, Place place, List<Problem> problems)
            throws IOException {
        if (Files.isDirectory(folder)
                && Files.getPosixFilePermissions(folder)
                        .contains(PosixFilePermission.OTHERS_EXECUTE)) {
            problems.add(
                    new Problem(
                            place,
                            Severity.WARNING,
                            "data: every user of this machine can enter "
                                    + folder
                                    + " and read what lies there; close it: chmod o-rwx "
                                    + folder));
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getClass().getSimpleName();
        };
    }

    private static void downstream(
            PosternConfig config, DownstreamConfig downstream, List<Problem> problems) {
        String host =
                switch (downstream.target()) {
                    case DownstreamConfig.Target.Lmtp lmtp -> lmtp.host();
                    case DownstreamConfig.Target.Smtp smtp -> smtp.host();
                    case DownstreamConfig.Target.LmtpUnix unix -> "";
                    case DownstreamConfig.Target.Maildir maildir -> "";
                };
        if (host.isEmpty() || resolves(host)) {
            return;
        }
        Place place = config.placeOf("downstreams." + downstream.name());
        if (knownNotToExist(config, host)) {
            problems.add(
                    error(
                            place,
                            "downstream host "
                                    + host
                                    + " does not exist in DNS or the hosts file; correct the name,"
                                    + " or give an address such as lmtp://127.0.0.1:24"));
        } else {
            problems.add(
                    new Problem(
                            place,
                            Severity.WARNING,
                            "downstream host "
                                    + host
                                    + " cannot be resolved just now (DNS does not answer); mail for"
                                    + " it is taken and waits"));
        }
    }

    private static boolean resolves(String host) {
        try {
            return InetAddress.getAllByName(host).length > 0;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** The system's resolver does not tell "there is none" from "nobody answered"; ours does. */
    private static boolean knownNotToExist(PosternConfig config, String host) {
        TimeSource time = TimeSource.system();
        try (CachingDnsClient dns = CachingDnsClient.of(config.dns(), time, DnsListener.NONE)) {
            DnsBudget budget = DnsBudget.until(Deadline.after(time, DNS_BUDGET));
            return DnsName.parse(host)
                    .map(n -> isAbsent(dns.a(n, budget)) && isAbsent(dns.aaaa(n, budget)))
                    .orElse(true);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isAbsent(DnsAnswer<InetAddress> answer) {
        return switch (answer) {
            case DnsAnswer.NxDomain<InetAddress> none -> true;
            case DnsAnswer.NoData<InetAddress> none -> true;
            case DnsAnswer.Found<InetAddress> found -> false;
            case DnsAnswer.TempError<InetAddress> trouble -> false;
        };
    }

    private static Problem error(Place place, String message) {
        return new Problem(place, Severity.ERROR, message);
    }
}
