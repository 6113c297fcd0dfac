package io.imdsight.publish.cloudwatch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The stand-in by itself, for measurements: {@code [KEYSTORE PASSWORD]}; prints its port, then a line a second while something comes. */
final class CloudWatchStandInMain {
    private CloudWatchStandInMain() {}

    public static void main(String[] args) throws Exception {
        ServerSocketFactory factory =
                args.length == 0 ? ServerSocketFactory.getDefault() : tls(Path.of(args[0]), args[1]);
        try (CloudWatchStandIn standIn = new CloudWatchStandIn(factory, System::currentTimeMillis)) {
            System.out.println(standIn.port());
            int seen = 0;
            while (System.in.available() == 0) {
                Thread.sleep(1000);
                if (standIn.requests().size() != seen) {
                    seen = standIn.requests().size();
                    System.out.println(seen + " requests, " + standIn.size() + " points, " + standIn.complaints());
                }
            }
        }
    }

    static ServerSocketFactory tls(Path keyStore, String password) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(keyStore)) {
            keys.load(in, password.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context.getServerSocketFactory();
    }
}
