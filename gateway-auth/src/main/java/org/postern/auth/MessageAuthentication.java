package org.postern.auth;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.auth.arc.ArcSealer;
import org.postern.auth.arc.ArcValidation;
import org.postern.auth.client.ClientAddress;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.auth.client.ReceivedHop;
import org.postern.auth.dkim.BodyHash;
import org.postern.auth.dkim.BodyHashes;
import org.postern.auth.dkim.DkimVerification;
import org.postern.auth.dmarc.DmarcEvaluation;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsRecorder;
import org.postern.auth.from.AuthorExtractor;
import org.postern.auth.from.Authors;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.auth.results.AuthenticationResultsWriter;
import org.postern.auth.results.CheckedIdentities;
import org.postern.auth.results.ReceivedSpfWriter;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Evidence;
import org.postern.core.journal.Hop;
import org.postern.core.mail.ByteRange;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * The checks of one message. What needs only the envelope runs from MAIL on; the header section is
 * kept, the body streams through the hashes; the rest waits for the end. On the session's thread.
 */
final class MessageAuthentication implements Authentication {
    /** Questions for SPF and iprev, of those a message may ask at all. */
    private static final int ADDRESS_QUESTIONS = 260;

    /** Received fields that are kept as evidence. */
    private static final int MAX_HOPS = 4;

    private static final int CONTENT_QUESTIONS = DnsBudget.DEFAULT_QUESTIONS - ADDRESS_QUESTIONS;

    private final Evaluators evaluators;
    private final AuthenticationRequest request;
    private final HeaderReader reader = new HeaderReader();
    private final BodyHashes bodies = new BodyHashes();
    private final DnsRecorder recorder = new DnsRecorder();
    private ClientAddress client;
    private @Nullable AddressChecks addressChecks;
    private @Nullable Content content;

    /** What is known once the header section has ended. */
    private record Content(
            HeaderSection section,
            Instant now,
            DkimVerification dkim,
            ArcValidation arc,
            @Nullable BodyHash sealedBody,
            Authors authors,
            List<ByteRange> forged) {}

    MessageAuthentication(Evaluators evaluators, AuthenticationRequest request) {
        this.evaluators = evaluators;
        this.request = request;
        this.client =
                switch (request.origin()) {
                    case CONNECTION, PROBE ->
                            evaluators
                                    .judge()
                                    .connection(request.client(), request.local(), request.helo());
                    case STATED ->
                            new ClientAddress.Known(
                                    request.client(), request.helo(), "the client as stated");
                };
        startAddressChecks();
    }

    private void startAddressChecks() {
        if (client instanceof ClientAddress.Known known) {
            Deadline deadline = Deadline.after(evaluators.time(), evaluators.config().deadline());
            addressChecks =
                    AddressChecks.start(
                            evaluators,
                            known,
                            request.from(),
                            DnsBudget.of(deadline, ADDRESS_QUESTIONS, recorder));
        }
    }

    @Override
    public void write(byte[] block, int offset, int length) {
        int header = 0;
        if (content == null) {
            header = reader.accept(block, offset, length);
            if (reader.complete()) {
                endOfHeader();
            }
        }
        if (header < length) {
            bodies.write(block, offset + header, length - header);
        }
    }

    private Content endOfHeader() {
        HeaderSection section = reader.finish();
        if (client instanceof ClientAddress.BehindRelay relay) {
            client = evaluators.judge().behind(relay, section);
            startAddressChecks();
        }
        Instant stated = request.at();
        Instant now = stated == null ? evaluators.time().instant() : stated;
        ArcSealer sealer = evaluators.sealer();
        Content known =
                new Content(
                        section,
                        now,
                        evaluators.dkim().begin(section, bodies, now),
                        evaluators
                                .arc()
                                .begin(section, bodies, evaluators.config().trustedSealers(), now),
                        // of a header section that is not kept whole nothing can be said
                        sealer == null || section.truncated() ? null : sealer.requestBody(bodies),
                        AuthorExtractor.extract(section),
                        evaluators.forged().in(section));
        content = known;
        return known;
    }

    @Override
    public HeaderSection header() {
        return known().section();
    }

    @Override
    public TrueClient trueClient() {
        known(); // behind a relay only the header says who it is
        AddressChecks checks = addressChecks;
        return new TrueClient(
                client.address(),
                helo(),
                patience ->
                        checks == null
                                ? Optional.empty()
                                : checks.iprev()
                                        .within(patience)
                                        .filter(found -> found.result() == AuthResult.PASS)
                                        .map(IprevResult::name));
    }

    private Content known() {
        return content == null ? endOfHeader() : content;
    }

    @Override
    public AuthenticationOutcome finish() {
        Content known = known();
        bodies.finish();
        if (request.origin() == AuthenticationRequest.Origin.CONNECTION) {
            evaluators.stream().observe(client);
        }
        Deadline deadline = Deadline.after(evaluators.time(), evaluators.config().deadline());
        DnsBudget budget = DnsBudget.of(deadline, CONTENT_QUESTIONS, recorder);
        TimeSource time = evaluators.time();
        long start = time.nanoTime();
        List<DkimResult> dkim = known.dkim().finish(budget);
        long afterDkim = time.nanoTime();
        ArcResult arc = known.arc().finish(budget);
        long afterArc = time.nanoTime();
        SpfResult spf = spf(deadline);
        long beforeDmarc = time.nanoTime();
        DmarcEvaluation dmarc = evaluators.dmarc().evaluate(known.authors(), spf, dkim, budget);
        long end = time.nanoTime();
        Verdicts verdicts =
                new Verdicts(
                        spf, heloSpf(deadline), iprev(deadline), dmarc.dkim(), arc, dmarc.result());
        AddressChecks checks = addressChecks;
        MethodTimes times =
                new MethodTimes(
                        checks == null ? 0 : checks.spf().nanos(),
                        checks == null ? 0 : checks.heloSpf().nanos(),
                        checks == null ? 0 : checks.iprev().nanos(),
                        afterDkim - start,
                        afterArc - afterDkim,
                        end - beforeDmarc);
        return outcome(verdicts, known, times);
    }

    /** SPF and iprev alone, where there is no message. */
    AuthenticationOutcome finishEnvelope() {
        Deadline deadline = Deadline.after(evaluators.time(), evaluators.config().deadline());
        Verdicts verdicts =
                new Verdicts(
                        spf(deadline),
                        heloSpf(deadline),
                        iprev(deadline),
                        List.of(),
                        ArcResult.notRun("arc.not-run"),
                        DmarcResult.notRun(
                                AuthenticationResultsWriter.DMARC_NOT_RUN,
                                List.of("there is no message")));
        return outcome(verdicts, null, MethodTimes.NONE);
    }

    private AuthenticationOutcome outcome(
            Verdicts verdicts, @Nullable Content known, MethodTimes times) {
        CheckedIdentities identities =
                new CheckedIdentities(client.address(), helo(), request.from());
        AuthenticationResultsWriter.Words words = evaluators.writer().write(verdicts, identities);
        List<String> fields = new ArrayList<>(2);
        if (known != null) {
            seal(known, verdicts.arc(), words).ifPresent(fields::add);
        }
        fields.add(words.field(AuthenticationResultsWriter.FIELD_NAME));
        ReceivedSpfWriter receivedSpf = evaluators.receivedSpf();
        return new AuthenticationOutcome(
                verdicts,
                evaluators.advisor().advise(verdicts.dmarc(), verdicts.arc()),
                client.address(),
                client.explanation(),
                words.value(),
                receivedSpf == null ? null : receivedSpf.write(verdicts.spf(), identities),
                fields,
                known == null ? List.of() : known.forged(),
                times);
    }

    @Override
    public Evidence evidence(AuthenticationOutcome outcome) {
        return new Evidence(
                outcome.verdicts(),
                outcome.client(),
                outcome.clientExplanation(),
                recorder.facts(),
                hops());
    }

    /** Who stands behind the client, where the client itself can be no sender out there. */
    private List<Hop> hops() {
        Content known = content;
        boolean asConnected = client.address().equals(request.client());
        if (known == null || (asConnected && !ClientAddressJudge.isNotPublic(request.client()))) {
            return List.of();
        }
        List<Hop> hops = new ArrayList<>(2);
        for (HeaderField field : known.section().fields("received")) {
            ReceivedHop hop = hops.size() < MAX_HOPS ? ReceivedHop.parse(field.rawValue()) : null;
            if (hop == null) {
                break;
            }
            hops.add(new Hop(hop.address(), hop.helo()));
        }
        return hops;
    }

    /** Our ARC set; empty where none is configured or none may be added. */
    private Optional<String> seal(
            Content known, ArcResult found, AuthenticationResultsWriter.Words words) {
        ArcSealer sealer = evaluators.sealer();
        BodyHash body = known.sealedBody();
        return sealer == null || body == null
                ? Optional.empty()
                : sealer.seal(
                        known.section(),
                        body,
                        known.arc(),
                        found,
                        words.foldedValue(),
                        known.now());
    }

    private String helo() {
        return client instanceof ClientAddress.Known known ? known.helo() : request.helo();
    }

    @Override
    public SpfResult spf() {
        return spf(Deadline.after(evaluators.time(), evaluators.config().deadline()));
    }

    private SpfResult spf(Deadline deadline) {
        return addressChecks != null
                ? addressChecks.spf().result(deadline)
                : AddressChecks.implausible(
                        client,
                        SpfRequest.mailFrom(client.address(), request.helo(), request.from()));
    }

    private SpfResult heloSpf(Deadline deadline) {
        return addressChecks != null
                ? addressChecks.heloSpf().result(deadline)
                : AddressChecks.implausible(
                        client, SpfRequest.helo(client.address(), request.helo()));
    }

    private IprevResult iprev(Deadline deadline) {
        return addressChecks != null
                ? addressChecks.iprev().result(deadline)
                : new IprevResult(AuthResult.NONE, null, ClientAddress.IMPLAUSIBLE);
    }

    @Override
    public void close() {
        if (addressChecks != null) {
            addressChecks.cancel();
        }
    }
}
