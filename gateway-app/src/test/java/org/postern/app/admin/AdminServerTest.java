package org.postern.app.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.AdminConfig;

class AdminServerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir Path data;

    private static HttpResponse<String> ask(AdminServer server, String path, String token)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .timeout(Duration.ofSeconds(20));
            if (!token.isEmpty()) {
                request.header("Authorization", "Bearer " + token);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private AdminServer start(Route... routes) throws IOException {
        AdminServer server =
                new AdminServer(
                        new AdminConfig(LOOPBACK, 0),
                        AdminToken.readOrCreate(data),
                        List.of(routes));
        server.start();
        return server;
    }

    @Test
    void answersOpenRoutesToEverybodyAndTheRestToTheToken()
            throws IOException, InterruptedException {
        Route open = new Route("GET", "/healthz", true, e -> e.text(200, "text/plain", "ok\n"));
        Route closed = new Route("GET", "/api/v1/x", false, e -> e.text(200, "text/plain", "x"));
        try (AdminServer server = start(open, closed)) {
            assertThat(ask(server, "/healthz", "").body()).isEqualTo("ok\n");
            assertThat(ask(server, "/api/v1/x", "").statusCode()).isEqualTo(401);
            assertThat(ask(server, "/api/v1/x", "0".repeat(64)).statusCode()).isEqualTo(401);
            String token = AdminToken.read(data).value();
            assertThat(ask(server, "/api/v1/x", token).body()).isEqualTo("x");
            assertThat(ask(server, "/nothing", token).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void keepsAFailureInsideAndSaysNothingOfIt() throws IOException, InterruptedException {
        Route broken =
                new Route(
                        "GET",
                        "/broken",
                        true,
                        e -> {
                            throw new IllegalStateException("secret detail");
                        });
        try (AdminServer server = start(broken)) {
            HttpResponse<String> response = ask(server, "/broken", "");
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).doesNotContain("secret");
        }
    }

    @Test
    void namesThePortThatIsInUseAndTheRemedy() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
            AdminServer server =
                    new AdminServer(
                            new AdminConfig(LOOPBACK, taken.getLocalPort()),
                            AdminToken.readOrCreate(data),
                            List.of());
            assertThatThrownBy(server::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("admin.port");
        }
    }

    @Test
    void makesATokenOnceThatOnlyItsOwnerReads() throws IOException {
        AdminToken first = AdminToken.readOrCreate(data);
        assertThat(AdminToken.readOrCreate(data)).isEqualTo(first);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(AdminToken.file(data))))
                .isEqualTo("rw-------");
        assertThat(first.matches(first.value())).isTrue();
        assertThat(first.matches(first.value() + "0")).isFalse();
    }
}
