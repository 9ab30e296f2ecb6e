package org.postern.app.country;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.country.Countries;
import org.postern.core.time.TimeSource;

/**
 * The databases in use, each read once however many configurations name it: that of the
 * configuration in force, of one that is about to be, and of a candidate. One that none of them
 * names is given up; sessions that began with it keep it to their end. Thread-safe.
 */
public final class CountryDatabases {
    private final Metrics metrics;
    private final TimeSource time;
    private final Map<Path, CountryDatabase> open = new HashMap<>();
    private @Nullable Path active;
    private @Nullable Path prepared;
    private @Nullable Path beside;

    /** None yet. */
    public CountryDatabases(Metrics metrics, TimeSource time) {
        this.metrics = metrics;
        this.time = time;
    }

    /**
     * The database of a configuration that is about to come into force, as its file is now; none
     * where it names none. To be followed by {@link #activate} or {@link #abandon}; of one
     * configuration at a time.
     *
     * @throws CountryFileException if a file that was not read before cannot be used
     */
    public synchronized Countries prepare(PosternConfig config) throws CountryFileException {
        Countries database = of(config);
        prepared = config.policy().countryDatabase();
        giveUp();
        return database;
    }

    /** What was prepared has come into force. */
    public synchronized void activate(PosternConfig config) {
        active = config.policy().countryDatabase();
        abandon();
        metrics.forget("country.database.age.seconds");
        metrics.forget("country.database.kept");
        CountryDatabase database = active == null ? null : open.get(active);
        if (database != null) {
            metrics.gauge("country.database.age.seconds", database::ageSeconds);
            metrics.gauge("country.database.kept", database::kept);
        }
    }

    /** What was prepared does not come into force. */
    public synchronized void abandon() {
        prepared = null;
        giveUp();
    }

    /**
     * The database of a candidate, until {@link #noneBeside}; the one of a candidate before is
     * given up.
     *
     * @throws CountryFileException if a file that was not read before cannot be used; the candidate
     *     before keeps its own
     */
    public synchronized Countries beside(PosternConfig candidate) throws CountryFileException {
        Countries database = of(candidate);
        beside = candidate.policy().countryDatabase();
        giveUp();
        return database;
    }

    /** There is no candidate any more. */
    public synchronized void noneBeside() {
        beside = null;
        giveUp();
    }

    private Countries of(PosternConfig config) throws CountryFileException {
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

    private void giveUp() {
        open.keySet()
                .removeIf(path ->
                        !path.equals(active) && !path.equals(prepared) && !path.equals(beside));
    }

    /** The files that are kept open. */
    synchronized Set<Path> files() {
        return Set.copyOf(open.keySet());
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
