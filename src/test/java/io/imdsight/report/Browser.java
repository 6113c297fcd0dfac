package io.imdsight.report;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Headless Chromium by its driver, spoken to over loopback (W3C WebDriver). Sockets belong to the calling thread's network namespace. */
final class Browser implements Closeable {
    private static final String DRIVER = "http://127.0.0.1:9515";
    private static final Pattern SESSION = Pattern.compile("\"sessionId\":\"([^\"]+)\"");

    private final Process driver;
    private String session;

    /** Starts it. */
    Browser(Path directory) throws Exception {
        driver = new ProcessBuilder("chromedriver", "--port=9515", "--log-level=SEVERE")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("chromedriver.log").toFile())
                .start();
        String flags = "\"--headless=new\",\"--no-sandbox\",\"--disable-gpu\",\"--disable-quic\",\"--no-first-run\","
                + "\"--disable-background-networking\",\"--disable-component-update\",\"--disable-sync\",\"--hide-scrollbars\","
                + "\"--user-data-dir=" + directory.resolve("profile") + "\"";
        String wanted =
                "{\"capabilities\":{\"alwaysMatch\":{\"browserName\":\"chrome\",\"goog:loggingPrefs\":{\"performance\":\"ALL\",\"browser\":\"ALL\"},"
                        + "\"goog:chromeOptions\":{\"args\":[" + flags + "]}}}}";
        for (int i = 0; session == null; i++) {
            try {
                Matcher m = SESSION.matcher(send("POST", "/session", wanted));
                session = m.find() ? m.group(1) : "";
            } catch (java.net.ConnectException e) {
                if (i == 200) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }

    void open(Path page) throws IOException {
        command("url", "{\"url\":\"" + page.toUri() + "\"}");
    }

    /** What an expression of JavaScript is worth, as JSON. */
    String value(String expression) throws IOException {
        String quoted = ("return " + expression)
                .replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", " ");
        String answer = command("execute/sync", "{\"script\":\"" + quoted + "\",\"args\":[]}");
        return answer.substring("{\"value\":".length(), answer.length() - 1);
    }

    /** Presses keys, one after the other, wherever the focus is. */
    void keys(String... keys) throws IOException {
        StringBuilder actions = new StringBuilder();
        for (String key : keys) {
            actions.append(actions.isEmpty() ? "" : ",")
                    .append("{\"type\":\"keyDown\",\"value\":\"" + key + "\"},{\"type\":\"keyUp\",\"value\":\"" + key
                            + "\"}");
        }
        command("actions", "{\"actions\":[{\"type\":\"key\",\"id\":\"k\",\"actions\":[" + actions + "]}]}");
    }

    void size(int width, int height) throws IOException {
        developer(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":" + (width < 600)
                        + "}");
    }

    void dark(boolean dark) throws IOException {
        developer(
                "Emulation.setEmulatedMedia",
                "{\"media\":\"\",\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\""
                        + (dark ? "dark" : "light") + "\"}]}");
    }

    void print(boolean print) throws IOException {
        developer("Emulation.setEmulatedMedia", "{\"media\":\"" + (print ? "print" : "") + "\"}");
    }

    void developer(String method, String parameters) throws IOException {
        command("goog/cdp/execute", "{\"cmd\":\"" + method + "\",\"params\":" + parameters + "}");
    }

    void screenshot(Path file) throws IOException {
        String answer = send("GET", "/session/" + session + "/screenshot", null);
        String base64 = answer.substring("{\"value\":\"".length(), answer.lastIndexOf('"'));
        Files.write(file, Base64.getDecoder().decode(base64));
    }

    void pdf(Path file) throws IOException {
        String answer = command("print", "{\"background\":true}");
        Files.write(
                file, Base64.getDecoder().decode(answer.substring("{\"value\":\"".length(), answer.lastIndexOf('"'))));
    }

    /** What was logged since the last call: {@code performance} has each request. */
    String log(String type) throws IOException {
        return command("se/log", "{\"type\":\"" + type + "\"}");
    }

    private String command(String name, String body) throws IOException {
        return send("POST", "/session/" + session + "/" + name, body);
    }

    private static String send(String method, String path, String body) throws IOException {
        HttpURLConnection c =
                (HttpURLConnection) URI.create(DRIVER + path).toURL().openConnection(java.net.Proxy.NO_PROXY);
        c.setRequestMethod(method);
        c.setReadTimeout(60_000);
        if (body != null) {
            c.setDoOutput(true);
            c.setRequestProperty("Content-Type", "application/json");
            c.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        boolean good = c.getResponseCode() == 200;
        try (InputStream in = good ? c.getInputStream() : c.getErrorStream()) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!good) {
                throw new IOException(method + " " + path + ": " + text);
            }
            return text;
        }
    }

    @Override
    public void close() {
        try {
            send("DELETE", "/session/" + session, null);
        } catch (IOException e) {
            // it ends below in any case
        }
        driver.descendants().forEach(ProcessHandle::destroyForcibly);
        driver.destroyForcibly();
        try {
            driver.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
