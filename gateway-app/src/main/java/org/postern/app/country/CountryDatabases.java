package org.postern.app.country;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.country.Countries;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The databases in use, each read once however many configurations name it: the one in force, one
 * of sessions that began before a reload, and a candidate's. Thread-safe.
 */
public final class CountryDatabases {
    private static final Logger LOG = LoggerFactory.getLogger("country");

    private final Metrics metrics;
    private final TimeSource time;
    private final Map<Path, CountryDatabase> open = new HashMap<>();
    private @Nullable Path active;

    /** None yet. */
    public CountryDatabases(Metrics metrics, TimeSource time) {
        this.metrics = metrics;
        this.time = time;
    }

    /**
     * The database of a configuration, as its file is now; none where it names none.
     *
     * @throws CountryFileException if a file that was not read before cannot be used
     */
    public synchronized Countries of(PosternConfig config) throws CountryFileException {
        Path path = config.policy().countryDatabase();
        if (path == null) {
            return Countries.NONE;
        }
        CountryDatabase database = open.get(path);
        if (database == null) {
            database = new CountryDatabase(path, metrics, time);
            open.put(path, database);
        } else {
            database.look();
        }
        return database;
    }

    /** A candidate's: where its file cannot be used nothing is known, which is said. */
    public Countries beside(PosternConfig candidate) {
        try {
            return of(candidate);
        } catch (CountryFileException e) {
            LOG.warn("the candidate's database of countries is not asked: {}", e.getMessage());
            return Countries.NONE;
        }
    }

    /** A configuration has come into force; databases of others are given up. */
    public synchronized void activate(PosternConfig config) {
        active = config.policy().countryDatabase();
        open.keySet().removeIf(path -> !path.equals(active));
    }

    /** How the one in force is, for the status; empty where there is none. */
    public synchronized List<GatewayState.Helper> states() {
        List<GatewayState.Helper> states = new ArrayList<>();
        CountryDatabase database = active == null ? null : open.get(active);
        if (database != null) {
            String trouble = database.trouble();
            states.add(
                    new GatewayState.Helper(
                            "countries",
                            database.path().toString(),
                            trouble.isEmpty(),
                            database.description()
                                    + (trouble.isEmpty()
                                            ? ""
                                            : ", KEPT, for the file that lies there now is no use: "
                                                    + trouble)));
        }
        return states;
    }
}
