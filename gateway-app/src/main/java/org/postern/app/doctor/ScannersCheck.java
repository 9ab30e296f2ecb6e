package org.postern.app.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.app.scan.Scanners;
import org.postern.core.config.ScannerConfig;

/** Whether each content scanner answers a ping at its address. */
final class ScannersCheck implements Check {
    private static final Duration LONGEST = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "scanners";
    }

    @Override
    public List<Finding> examine(Scene scene) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        for (ScannerConfig scanner : scene.config().scanners()) {
            String which = scanner.scanner().word() + " at " + Scanners.at(scanner);
            Optional<String> wrong = Scanners.ping(scanner, LONGEST);
            findings.add(
                    wrong.isEmpty()
                            ? Finding.ok(name(), which + " answers")
                            : Finding.failure(
                                    name(),
                                    which + " does not answer as it should: " + wrong.get(),
                                    switch (scanner.onFailure()) {
                                        case ACCEPT -> "all mail is taken unscanned";
                                        case DEFER -> "all mail is put off with 451";
                                    },
                                    "systemctl status rspamd clamav-daemon"));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(name(), "no content scanner is configured"));
        }
        return findings;
    }
}
