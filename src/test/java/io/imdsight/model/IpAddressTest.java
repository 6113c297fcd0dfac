package io.imdsight.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class IpAddressTest {
    @Test
    void anAddressIsPrintedAsItIsWritten() {
        for (String text : List.of("169.254.169.254", "fd00:ec2::254", "::1", "0.0.0.0", "255.255.255.255")) {
            assertEquals(text, IpAddress.parse(text).toString());
        }
        assertEquals(IpAddress.IMDS_V6, IpAddress.parse("[fd00:ec2::254]"));
        assertEquals(IpAddress.IMDS_V4, IpAddress.parse("::ffff:169.254.169.254"));
    }

    @Test
    void anIpv4AddressHasFourParts() {
        for (String text :
                List.of("1.2.3", "1.2", "1", "2852039166", "1.2.3.4.5", "1.2.3.", "", "...", "1.2.3.256", "host")) {
            assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text), text);
        }
    }

    @Test
    void onlyUnicastAddressesAreAHosts() {
        for (String text : List.of("169.254.169.254", "fd00:ec2::254", "127.0.0.1", "::1", "223.255.255.255")) {
            assertEquals(true, IpAddress.parse(text).isUnicast(), text);
        }
        for (String text : List.of("0.0.0.0", "::", "224.0.0.1", "239.1.2.3", "255.255.255.255", "ff02::1")) {
            assertEquals(false, IpAddress.parse(text).isUnicast(), text);
        }
    }
}
