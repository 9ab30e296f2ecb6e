package org.postern.auth.dnsbl;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsName;
import org.postern.core.config.DnsListConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the lists say of one session: each question runs on a virtual thread of its own from the
 * moment its subject is known. Belongs to the session's thread; nothing makes it throw.
 */
public final class DnsblCheck implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DnsblCheck.class);

    private final DnsLists lists;
    private final boolean spared;
    private final Map<Subject, List<Lookup>> lookups = new EnumMap<>(Subject.class);
    private final Map<Subject, List<String>> values = new EnumMap<>(Subject.class);
    private final Map<Subject, List<String>> off = new EnumMap<>(Subject.class);

    /** What one list said of one subject. */
    private sealed interface Said {
        /** It has it. */
        record Listed(DnsblHit hit) implements Said {}

        /** It does not have it, or by an answer that does not count. */
        record NotListed() implements Said {}

        /** It could not say. */
        record Unknown() implements Said {}
    }

    /**
     * One list asked about one name or address.
     *
     * @param together how many its subject has: several authors above all
     */
    private record Lookup(
            DnsListConfig list, Deadline deadline, FutureTask<Said> task, int together) {}

    DnsblCheck(DnsLists lists, Optional<InetAddress> client) {
        this.lists = lists;
        this.spared = client.isEmpty();
        client.ifPresent(address ->
                ask(
                        Subject.CLIENT,
                        Ip.text(address),
                        1,
                        l -> ListAnswers.question(address, l.zone())));
    }

    private interface Question {
        Optional<DnsName> of(DnsListConfig list);
    }

    /** Begins asking about the name of HELO; what is no domain is not asked about. */
    public void helo(String name) {
        try {
            names(Subject.HELO, List.of(Domain.parse(name)), 1);
        } catch (InvalidAddressException e) {
            forget(Subject.HELO); // an address literal, or junk: no list has it
        }
    }

    /** A transaction begins: asks about its sender's domain; the null sender has none. */
    public void sender(ReversePath path) {
        forget(Subject.AUTHOR); // of an earlier message
        if (path instanceof ReversePath.Mailbox(EmailAddress address)
                && address.host() instanceof Domain domain) {
            names(Subject.SENDER, List.of(domain), 1);
        } else {
            forget(Subject.SENDER);
        }
    }

    /**
     * Begins asking about each author's domain; what is no domain is not asked about.
     *
     * @param names each once, five at most (RFC 9989, 11.5)
     */
    public void authors(List<String> names) {
        List<Domain> domains = new ArrayList<>(names.size());
        for (String name : names) {
            try {
                domains.add(Domain.parse(name));
            } catch (InvalidAddressException e) {
                LOG.debug("no list is asked about the author {}", name);
            }
        }
        names(Subject.AUTHOR, domains, names.size());
    }

    private void names(Subject subject, List<Domain> names, int together) {
        List<Domain> asked =
                spared ? List.of() : names.stream().filter(ListAnswers::isName).toList();
        List<String> texts = asked.stream().map(Domain::ascii).toList();
        if (!texts.equals(values.get(subject))) {
            forget(subject);
            for (Domain name : asked) {
                ask(subject, name.ascii(), together, l -> ListAnswers.question(name, l.zone()));
            }
            if (!texts.isEmpty()) {
                values.put(subject, texts);
            }
        }
    }

    private void forget(Subject subject) {
        values.remove(subject);
        off.remove(subject);
        List<Lookup> before = lookups.remove(subject);
        if (before != null) {
            before.forEach(l -> l.task().cancel(true));
        }
    }

    private void ask(Subject subject, String value, int together, Question question) {
        List<Lookup> begun = lookups.computeIfAbsent(subject, s -> new ArrayList<>());
        List<String> silent = off.computeIfAbsent(subject, s -> new ArrayList<>(0));
        for (DnsListConfig list : lists.config().lists()) {
            if (!list.ask().contains(subject)) {
                continue;
            }
            if (!(lists.watch().state(list) instanceof ListState.Well)) {
                lists.listener().asked(list.name(), DnsblListener.Outcome.OFF);
                if (!silent.contains(list.name())) {
                    silent.add(list.name());
                }
                continue;
            }
            Optional<DnsName> name = question.of(list);
            if (name.isPresent()) {
                Deadline deadline = Deadline.after(lists.time(), lists.config().deadline());
                FutureTask<Said> task =
                        new FutureTask<>(() -> ask(list, subject, value, name.get(), deadline));
                begun.add(new Lookup(list, deadline, task, together));
                Thread.ofVirtual().name("dnsbl-" + list.name()).start(task);
            }
        }
    }

    private Said ask(
            DnsListConfig list, Subject subject, String value, DnsName name, Deadline deadline) {
        DnsBudget budget = DnsBudget.of(deadline, 1);
        return switch (lists.dns().a(name, budget)) {
            case DnsAnswer.TempError<InetAddress> e -> {
                lists.listener().asked(list.name(), DnsblListener.Outcome.NO_ANSWER);
                yield new Said.Unknown();
            }
            case DnsAnswer.NoData<InetAddress> none -> notListed(list);
            case DnsAnswer.NxDomain<InetAddress> none -> notListed(list);
            case DnsAnswer.Found<InetAddress> found when found.stale() -> {
                // it was so once (RFC 8767): not enough to refuse anybody
                lists.listener().asked(list.name(), DnsblListener.Outcome.NO_ANSWER);
                yield new Said.Unknown();
            }
            case DnsAnswer.Found<InetAddress> found ->
                    listed(list, subject, value, name, found.records(), deadline);
        };
    }

    private Said notListed(DnsListConfig list) {
        lists.listener().asked(list.name(), DnsblListener.Outcome.NOT_LISTED);
        return new Said.NotListed();
    }

    private Said listed(
            DnsListConfig list,
            Subject subject,
            String value,
            DnsName name,
            List<InetAddress> answer,
            Deadline deadline) {
        Optional<ListAnswers.Trouble> trouble =
                ListAnswers.trouble(answer, code -> lists.config().names(list.zone(), code));
        if (trouble.isPresent()) {
            lists.listener().asked(list.name(), DnsblListener.Outcome.TROUBLE);
            lists.watch()
                    .trouble(
                            list,
                            trouble.get().reason(),
                            name + " is " + Ip.text(trouble.get().address()));
            return new Said.Unknown();
        }
        for (InetAddress code : answer) {
            if (list.counts(code)) {
                if (list.weight() > 0 && !lists.watch().vouches(list, deadline)) {
                    return unvouched(list);
                }
                lists.listener().asked(list.name(), DnsblListener.Outcome.LISTED);
                String text = list.weight() <= 0 ? "" : text(name, deadline);
                return new Said.Listed(
                        new DnsblHit(
                                list.name(),
                                list.zone().ascii(),
                                subject,
                                value,
                                list.weight(),
                                Ip.text(code),
                                text));
            }
        }
        lists.listener().asked(list.name(), DnsblListener.Outcome.FILTERED);
        return new Said.NotListed();
    }

    /** It has just been found to list what no list has, or did not say whether it does. */
    private Said unvouched(DnsListConfig list) {
        boolean well = lists.watch().state(list) instanceof ListState.Well;
        lists.listener()
                .asked(
                        list.name(),
                        well ? DnsblListener.Outcome.NO_ANSWER : DnsblListener.Outcome.TROUBLE);
        return new Said.Unknown();
    }

    /** The list's own words, empty where they do not come in half of what is left: a hit is one. */
    private String text(DnsName name, Deadline deadline) {
        Deadline half = Deadline.after(lists.time(), deadline.remaining().dividedBy(2));
        return lists.dns().txt(name, DnsBudget.of(half, 1)).records().stream()
                .findFirst()
                .map(ListAnswers::text)
                .orElse("");
    }

    /**
     * Waits for the answers that are still out, each no longer than {@code dnsbl.deadline} from
     * when it was asked for, and says what there is. A hit of a list that has been switched off
     * meanwhile does not count.
     */
    public DnsblVerdict verdict() {
        List<DnsblHit> hits = new ArrayList<>();
        List<String> unanswered = new ArrayList<>();
        off.values().forEach(unanswered::addAll);
        for (List<Lookup> ofSubject : lookups.values()) {
            for (Lookup lookup : ofSubject) {
                Said said = result(lookup);
                boolean believed = lists.watch().state(lookup.list()) instanceof ListState.Well;
                switch (said) {
                    case Said.Listed listed when believed && !holds(lookup, ofSubject) -> {
                        // an allow list has one author and not the others: it vouches for none
                    }
                    case Said.Listed(DnsblHit hit) when believed -> hits.add(hit);
                    case Said.Listed listed -> unanswered.add(lookup.list().name());
                    case Said.Unknown unknown -> unanswered.add(lookup.list().name());
                    case Said.NotListed absent -> {
                        // nothing to say
                    }
                }
            }
        }
        return lists.config().verdict(hits, unanswered);
    }

    /** Whether a hit counts: of names that stand together an allow list must have each. */
    private static boolean holds(Lookup lookup, List<Lookup> ofSubject) {
        return lookup.list().weight() >= 0
                || ofSubject.stream()
                                .filter(l -> l.list().equals(lookup.list()))
                                .filter(l -> result(l) instanceof Said.Listed)
                                .count()
                        == lookup.together();
    }

    private static Said result(Lookup lookup) {
        try {
            long patience = Math.max(1, lookup.deadline().remaining().toNanos());
            return lookup.task().get(patience, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | CancellationException e) {
            lookup.task().cancel(true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.error("asking list {} broke: a defect of ours", lookup.list().name(), e.getCause());
        }
        return new Said.Unknown();
    }

    /** Gives up what is still under way. */
    @Override
    public void close() {
        for (Subject subject : Subject.values()) {
            forget(subject);
        }
    }
}
