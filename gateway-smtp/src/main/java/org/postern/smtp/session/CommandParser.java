package org.postern.smtp.session;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.AddressLiteral;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.reply.SmtpReply;

/**
 * Turns a command line into a {@link Command} (RFC 5321, 4.1). Knows the grammar and nothing of the
 * session's state, but for what was offered. Pure; never throws for bad input.
 */
final class CommandParser {
    private static final int MAX_HELO_OCTETS = 255;

    private CommandParser() {}

    /**
     * What the client was told it may use.
     *
     * @param extended whether it said EHLO
     * @param requireTls whether REQUIRETLS was offered
     */
    record Offered(boolean extended, boolean requireTls) {}

    static Command parse(byte[] line, Offered offered) {
        String text = decode(line);
        if (text == null) {
            return faulty("UNKNOWN", 500, "5.5.2", "Command is not valid UTF-8");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return faulty(
                        "UNKNOWN",
                        500,
                        "5.5.2",
                        "Command holds a control character; check its end");
            }
        }
        text = Ascii.stripTrailing(text); // RFC 5321, 4.1.1: white space is tolerated
        int space = text.indexOf(' ');
        String verb = Ascii.upper(space < 0 ? text : text.substring(0, space));
        String argument = space < 0 ? "" : Ascii.strip(text.substring(space + 1));
        return switch (verb) {
            case "EHLO", "HELO" -> hello(verb, argument);
            case "MAIL" -> mail(argument, offered);
            case "RCPT" -> recipient(argument, offered);
            case "DATA" -> alone(Command.Bare.DATA, argument);
            case "BDAT" -> bdat(argument);
            case "RSET" -> alone(Command.Bare.RSET, argument);
            case "QUIT" -> alone(Command.Bare.QUIT, argument);
            case "STARTTLS" -> alone(Command.Bare.STARTTLS, argument);
            case "NOOP" -> Command.Bare.NOOP; // RFC 5321, 4.1.1.9: an argument is ignored
            case "HELP" -> Command.Bare.HELP;
            case "VRFY" -> withArgument(Command.Bare.VRFY, argument);
            case "EXPN" -> withArgument(Command.Bare.EXPN, argument);
            case "XCLIENT" -> XclientParser.parse(argument);
            case "AUTH" ->
                    faulty(
                            verb,
                            502,
                            "5.5.1",
                            "No AUTH here: this is a mail exchanger, not a submission server");
            case "ETRN", "TURN", "ATRN", "SEND", "SOML", "SAML" ->
                    faulty(verb, 502, "5.5.1", "Command is not implemented");
            case "GET", "POST", "HEAD", "PUT", "CONNECT", "OPTIONS" -> Command.OtherProtocol.HTTP;
            case "PROXY" -> Command.OtherProtocol.PROXY;
            default ->
                    faulty("UNKNOWN", 500, "5.5.1", "Command is not known; see RFC 5321 or HELP");
        };
    }

    static Command.Faulty faulty(String verb, int code, String status, String text) {
        return new Command.Faulty(verb, SmtpReply.of(code, status, text), false);
    }

    private static @Nullable String decode(byte[] line) {
        for (byte b : line) {
            if (b < 0) {
                try {
                    return StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(line))
                            .toString();
                } catch (CharacterCodingException e) {
                    return null;
                }
            }
        }
        return new String(line, StandardCharsets.US_ASCII);
    }

    private static Command alone(Command.Bare command, String argument) {
        return argument.isEmpty()
                ? command
                : faulty(command.verb(), 501, "5.5.4", command.verb() + " takes no argument");
    }

    private static Command withArgument(Command.Bare command, String argument) {
        return argument.isEmpty()
                ? faulty(command.verb(), 501, "5.5.4", command.verb() + " needs an argument")
                : command;
    }

    private static Command hello(String verb, String name) {
        if (!isHeloName(name)) {
            return faulty(
                    verb,
                    501,
                    "5.5.4",
                    verb + " needs your host's name or address literal (RFC 5321, 4.1.1.1)");
        }
        return new Command.Hello(new Helo(name, verb.equals("EHLO")));
    }

    /**
     * A domain or literal. Underscores, single labels and bare IP addresses are common among honest
     * senders and left to policy; what could not stand in a Received field is refused.
     */
    static boolean isHeloName(String name) {
        if (name.isEmpty() || name.length() > MAX_HELO_OCTETS) {
            return false;
        }
        if (name.charAt(0) == '[') {
            try {
                AddressLiteral.parse(name);
                return true;
            } catch (InvalidAddressException e) {
                return false;
            }
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean good =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '-'
                            || c == '.'
                            || c == '_'
                            || c == ':' // bare IPv6 addresses
                            || (c > 0x9f && Character.isLetterOrDigit(c)); // RFC 6531, 3.7.1
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private static Command mail(String argument, Offered offered) {
        if (!Ascii.begins("FROM:", argument)) {
            return faulty("MAIL", 501, "5.5.4", "Syntax: MAIL FROM:<address> (RFC 5321, 4.1.1.2)");
        }
        String rest = Ascii.strip(argument.substring(5));
        ParsedPath path;
        try {
            path = ParsedPath.parse(rest);
        } catch (InvalidAddressException e) {
            return faulty("MAIL", 501, "5.1.7", "Bad sender address: " + e.getMessage());
        }
        if (path.kind() == ParsedPath.Kind.POSTMASTER) {
            return faulty("MAIL", 501, "5.1.7", "Bad sender address: it has no domain");
        }
        Parameters parameters = parametersBehind(rest, path.end());
        if (parameters == null) {
            return badParameters("MAIL");
        }
        ReversePath from =
                path.kind() == ParsedPath.Kind.EMPTY
                        ? ReversePath.Null.INSTANCE
                        : ReversePath.of(Objects.requireNonNull(path.address()));
        Command command = MailParameters.apply(from, parameters, offered);
        if (command instanceof Command.Mail m && path.international() && !m.request().smtpUtf8()) {
            return needsSmtpUtf8("MAIL");
        }
        return command;
    }

    static Command.Faulty needsSmtpUtf8(String verb) {
        // RFC 6531, 3.5
        return faulty(
                verb, 553, "5.6.7", "An address beyond ASCII needs the SMTPUTF8 parameter of MAIL");
    }

    private static Command recipient(String argument, Offered offered) {
        if (!Ascii.begins("TO:", argument)) {
            return faulty("RCPT", 501, "5.5.4", "Syntax: RCPT TO:<address> (RFC 5321, 4.1.1.3)");
        }
        String rest = Ascii.strip(argument.substring(3));
        ParsedPath path;
        try {
            path = ParsedPath.parse(rest);
        } catch (InvalidAddressException e) {
            return faulty("RCPT", 501, "5.1.3", "Bad recipient address: " + e.getMessage());
        }
        if (path.kind() == ParsedPath.Kind.EMPTY) {
            return faulty("RCPT", 501, "5.1.3", "Bad recipient address: it is empty");
        }
        Parameters parameters = parametersBehind(rest, path.end());
        if (parameters == null) {
            return badParameters("RCPT");
        }
        return RcptParameters.apply(path, parameters, offered);
    }

    private static @Nullable Parameters parametersBehind(String rest, int end) {
        if (end == rest.length()) {
            return Parameters.parse("");
        }
        return rest.charAt(end) == ' ' ? Parameters.parse(rest.substring(end)) : null;
    }

    private static Command badParameters(String verb) {
        return faulty(
                verb,
                501,
                "5.5.4",
                "Bad parameters behind the address: KEYWORD=value, each once, after a space");
    }

    /** Refuses parameters of which none is known, or which were never offered. */
    static @Nullable Command rejectUnknown(
            String verb, Map<String, String> values, Set<String> known, Offered offered) {
        for (String keyword : values.keySet()) {
            if (!offered.extended()) {
                return faulty(
                        verb, 555, "5.5.4", "Parameters are for clients that say EHLO, not HELO");
            }
            if (!known.contains(keyword)) {
                return faulty(
                        verb,
                        555,
                        "5.5.4",
                        "Parameter is not known here; EHLO lists what is (RFC 5321, 4.1.1.11)");
            }
        }
        return null;
    }

    private static Command bdat(String argument) {
        String[] words = argument.split(" +", -1);
        long size = size(words[0]);
        if (size < 0) {
            // what follows may be octets of a chunk: nothing behind it can be read as a command
            return new Command.Faulty(
                    "BDAT",
                    SmtpReply.of(
                            501,
                            "5.5.4",
                            "Syntax: BDAT size [LAST] (RFC 3030, 2); closing connection"),
                    true);
        }
        boolean last = words.length == 2 && Ascii.is("LAST", words[1]);
        if (words.length > 2 || (words.length == 2 && !last)) {
            return new Command.Faulty(
                    "BDAT",
                    SmtpReply.of(
                            501,
                            "5.5.4",
                            "Syntax: BDAT size [LAST] (RFC 3030, 2); closing connection"),
                    true);
        }
        return new Command.Bdat(size, last);
    }

    /** A number of octets, at most 18 digits; larger ones are Long.MAX_VALUE; -1 for no number. */
    static long size(String digits) {
        if (digits.isEmpty() || digits.length() > 20) {
            return -1; // RFC 1870, 5: 1*20DIGIT
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : value * 10 + (c - '0');
        }
        return value;
    }
}
