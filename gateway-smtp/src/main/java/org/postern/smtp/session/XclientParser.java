package org.postern.smtp.session;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.net.Ip;

/** The attributes of XCLIENT, as Postfix defined them: {@code NAME=value}, values in xtext. */
final class XclientParser {
    private static final int MAX_PORT = 65_535;

    private XclientParser() {}

    static Command parse(String argument) {
        Map<String, String> values = new HashMap<>();
        for (String word : argument.split(" +", -1)) {
            int equals = word.indexOf('=');
            String value = equals < 1 ? null : Xtext.decode(word.substring(equals + 1));
            if (value == null) {
                return bad("Syntax: XCLIENT attribute=value..., values in xtext");
            }
            String name = Ascii.upper(word.substring(0, equals));
            switch (name) {
                case "NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT" -> {
                    if (!value.equals("[UNAVAILABLE]") && !value.equals("[TEMPUNAVAIL]")) {
                        if (values.putIfAbsent(name, value) != null) {
                            return bad("XCLIENT attribute is given twice");
                        }
                    }
                }
                default -> {
                    return bad("XCLIENT attribute is not known; EHLO lists those that are");
                }
            }
        }
        Optional<InetAddress> address = address(values.get("ADDR"));
        Optional<InetAddress> destination = address(values.get("DESTADDR"));
        int port = port(values.get("PORT"));
        int destinationPort = port(values.get("DESTPORT"));
        if ((values.containsKey("ADDR") && address.isEmpty())
                || (values.containsKey("DESTADDR") && destination.isEmpty())) {
            return bad("XCLIENT address must be an IPv4 address, or IPV6: and an IPv6 address");
        }
        if (!isName(values.get("NAME")) || !isName(values.get("HELO"))) {
            return bad("XCLIENT name must be a host name or address literal");
        }
        String protocol = values.getOrDefault("PROTO", "ESMTP");
        if (!Ascii.is("SMTP", protocol) && !Ascii.is("ESMTP", protocol)) {
            return bad("XCLIENT protocol must be SMTP or ESMTP");
        }
        if (port < 0 || destinationPort < 0) {
            return bad("XCLIENT port must be a number up to 65535");
        }
        return new Command.Xclient(
                address,
                port,
                destination,
                destinationPort,
                Optional.ofNullable(values.get("NAME")),
                Optional.ofNullable(values.get("HELO"))
                        .map(name -> new Helo(name, Ascii.is("ESMTP", protocol))));
    }

    private static boolean isName(@Nullable String value) {
        return value == null || CommandParser.isHeloName(value);
    }

    private static Command bad(String text) {
        return CommandParser.faulty("XCLIENT", 501, "5.5.4", text);
    }

    private static Optional<InetAddress> address(@Nullable String value) {
        if (value == null) {
            return Optional.empty();
        }
        String digits = Ascii.begins("IPV6:", value) ? value.substring(5) : value;
        if (digits.isEmpty() || digits.indexOf('%') >= 0 || digits.indexOf('[') >= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Ip.parseWire(digits)).filter(Ip::isUnicast);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int port(@Nullable String value) {
        if (value == null) {
            return 0;
        }
        long number = CommandParser.size(value);
        return number < 0 || number > MAX_PORT ? -1 : (int) number;
    }
}
