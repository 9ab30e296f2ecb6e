package org.postern.app.directory;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;

/**
 * Everybody in a database: one query in one read-only transaction, its rows fetched in portions. A
 * second column, where it is not null, says where the mail of the first goes; several rows make
 * several targets. Columns named {@code downstream} and {@code policy} are what is asked for a
 * recipient alone.
 */
final class SqlFeed implements RecipientFeed {
    private static final int ROWS_AT_ONCE = 5_000;

    /** The most octets of one portion; a query that gives more than addresses fills no memory. */
    private static final int PORTION_MEGABYTES = 64;

    private final RecipientSourceConfig.Sql config;

    SqlFeed(RecipientSourceConfig.Sql config) {
        this.config = config;
    }

    @Override
    public void fetch(Sink sink) throws FeedException {
        try (Connection connection = connect();
                Cutoff _ =
                        new Cutoff(
                                config.sync().timeout().multipliedBy(20),
                                () -> abort(connection))) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false); // or the driver fetches all rows at once
            try (PreparedStatement query = connection.prepareStatement(config.query())) {
                query.setFetchSize(ROWS_AT_ONCE);
                try (ResultSet rows = query.executeQuery()) {
                    read(rows, sink);
                }
            }
            connection.rollback();
        } catch (SQLException e) {
            throw new FeedException(config.place() + ": " + words(e), e);
        } catch (IOException e) {
            throw new FeedException(config.place() + ": " + e.getMessage(), e);
        }
    }

    /** PostgreSQL's own words are good; of a silence and of a loss the driver says little. */
    private String words(SQLException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof SocketTimeoutException) {
                return "no answer within " + config.sync().timeout().toSeconds() + " s";
            }
        }
        if (e.getMessage() != null && e.getMessage().contains("maxResultBuffer")) {
            return ROWS_AT_ONCE
                    + " rows are more than "
                    + PORTION_MEGABYTES
                    + " MB, the most allowed; does the query give more than addresses?";
        }
        String state = String.valueOf(e.getSQLState());
        if (e.getMessage() != null && e.getMessage().contains("Connection attempt timed out")) {
            return "no answer within " + config.sync().timeout().toSeconds() + " s";
        }
        return state.equals("08006") || state.equals("08P01")
                ? "the connection broke off: " + oneLine(e)
                : oneLine(e);
    }

    private static String oneLine(SQLException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }

    /** A row whose target is itself is a mailbox, which may ask for something. */
    static void read(ResultSet rows, Sink sink) throws SQLException, FeedException {
        ResultSetMetaData columns = rows.getMetaData();
        int downstream = column(columns, "downstream");
        int policy = column(columns, "policy");
        boolean withTargets = columns.getColumnCount() > 1 && downstream != 2 && policy != 2;
        while (rows.next()) {
            String address = rows.getString(1);
            String target = withTargets ? rows.getString(2) : null;
            if (address == null) {
                sink.stillWanted();
                continue;
            }
            Handling handling = Handling.of(text(rows, downstream), text(rows, policy));
            if (target == null || target.strip().equalsIgnoreCase(address.strip())) {
                sink.recipient(address, handling);
            } else {
                sink.alias(address, List.of(target));
                if (!handling.equals(Handling.NONE)) {
                    sink.doubt(
                            "alias "
                                    + address.strip()
                                    + " asks for a downstream or policy of its own, which holds"
                                    + " for mailboxes alone; give it to "
                                    + target.strip());
                }
            }
        }
    }

    /** Where a column of this name stands behind the first; 0 where there is none. */
    private static int column(ResultSetMetaData columns, String name) throws SQLException {
        for (int i = 2; i <= columns.getColumnCount(); i++) {
            if (columns.getColumnLabel(i).equalsIgnoreCase(name)) {
                return i;
            }
        }
        return 0;
    }

    private static @Nullable String text(ResultSet rows, int column) throws SQLException {
        return column == 0 ? null : rows.getString(column);
    }

    private Connection connect() throws SQLException, IOException {
        Properties properties = new Properties();
        if (config.user() != null) {
            properties.setProperty("user", config.user());
        }
        if (config.password() != null) {
            properties.setProperty("password", config.password().read());
        }
        String seconds = String.valueOf(Math.max(1, config.sync().timeout().toSeconds()));
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", seconds);
        properties.setProperty("maxResultBuffer", PORTION_MEGABYTES + "M");
        properties.setProperty("ApplicationName", "postern");
        return DriverManager.getConnection(config.url(), properties);
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw new IllegalStateException("a connection that cannot be aborted", e);
        }
    }
}
