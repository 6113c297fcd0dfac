package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.imdsight.record.Destination;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against the stand-in, through the real SDK, on a clock that the test moves. */
@Timeout(300)
class CloudWatchPublisherTest {
    private static final Metric NO_TOKEN = Metric.METADATA_NO_TOKEN;
    private static final long TWO_WEEKS_MINUTES = 14 * 24 * 60;

    private Scene scene;

    @BeforeEach
    void open() throws IOException {
        scene = new Scene();
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
    }

    private void served(long minute, long count) {
        scene.ledger.add(minute, Version.V1, Outcome.SERVED, count);
    }

    @Test
    void eachCountArrivesInTheMinuteOfItsCalls() {
        long m = Scene.START_MINUTE;
        for (int i = 0; i < 30; i++) {
            scene.ledger.sound(m + i);
            served(m + i, i % 4);
            scene.ledger.add(m + i, Version.V1, Outcome.REFUSED, 1);
            scene.ledger.add(m + i, Version.V1, Outcome.UNANSWERED, 2);
            scene.ledger.add(m + i, Version.V2, Outcome.SERVED, 5);
            scene.ledger.add(m + i, Version.UNDETERMINED, Outcome.SERVED, 3);
        }
        scene.passMinutes(40);
        for (Metric metric : Metric.values()) {
            if (metric != Metric.NO_TOKEN_UNATTRIBUTED) {
                scene.assertEqualInEveryMinute(metric, m, m + 30);
            }
        }
        assertEquals(0, scene.ledger.published(Destination.CLOUDWATCH).pendingMinutes());
        assertEquals(List.of(), scene.said);
    }

    @Test
    void aZeroIsPublishedForASoundMinuteOnly() {
        long m = Scene.START_MINUTE;
        scene.ledger.sound(m);
        scene.ledger.unsound(m + 1);
        scene.ledger.unsound(m + 2);
        served(m + 2, 7);
        scene.passMinutes(40);
        assertTrue(scene.has(NO_TOKEN, m));
        assertTrue(scene.has(Metric.METADATA_NO_TOKEN_REJECTED, m));
        assertEquals(0, scene.at(NO_TOKEN, Scene.INSTANCE, m));
        assertFalse(scene.has(NO_TOKEN, m + 1));
        assertFalse(scene.has(Metric.CONNECTIONS_MISSED, m + 1));
        assertEquals(7, scene.at(NO_TOKEN, Scene.INSTANCE, m + 2));
        assertFalse(scene.has(Metric.METADATA_NO_TOKEN_REJECTED, m + 2));
        assertEquals(0, scene.ledger.published(Destination.CLOUDWATCH).pendingMinutes());
    }

    @Test
    void whatComesLateIsAFurtherDeltaOfItsMinuteAndAZeroIsNotRepeated() {
        long m = Scene.START_MINUTE;
        scene.ledger.sound(m);
        served(m, 3);
        scene.passMinutes(10);
        assertEquals(3, scene.at(NO_TOKEN, Scene.INSTANCE, m));
        served(m, 2);
        scene.passMinutes(10);
        scene.assertEqualInEveryMinute(NO_TOKEN, m, m + 1);
        assertEquals(5, scene.at(NO_TOKEN, Scene.INSTANCE, m));
        assertEquals(1, scene.cloudWatch.samples(key(Metric.METADATA_TOKEN, m)));
        assertEquals(2, scene.cloudWatch.samples(key(NO_TOKEN, m)));
    }

    private static StandInRules.Key key(Metric metric, long minute) {
        return new StandInRules.Key("imdsight", metric.published(), Scene.INSTANCE, minute);
    }

    @Test
    void aVersion1CallIsPublishedSoonAndZerosSeldom() {
        for (int i = 0; i < 24 * 60; i++) {
            scene.ledger.sound(scene.minute());
            scene.passMinutes(1);
        }
        int quiet = scene.cloudWatch.requests().size();
        assertTrue(quiet >= 46 && quiet <= 49, quiet + " requests in a quiet day");
        long m = scene.minute();
        scene.ledger.sound(m);
        served(m, 1);
        scene.passMinutes(7);
        assertEquals(1, scene.at(NO_TOKEN, Scene.INSTANCE, m));
    }

    @Test
    void threeDaysAwayWithEveryFailureInTurnAndEverythingArrivesInItsMinuteOnce() {
        CloudWatchStandIn.Mood[] moods = {
            CloudWatchStandIn.Mood.UNAVAILABLE,
            CloudWatchStandIn.Mood.THROTTLING,
            CloudWatchStandIn.Mood.FAILING,
            CloudWatchStandIn.Mood.CUT_BEFORE_COUNTING,
            CloudWatchStandIn.Mood.FORBIDDING
        };
        long from = scene.minute();
        int minutes = 3 * 24 * 60;
        Random random = new Random(7);
        for (int i = 0; i < minutes; i++) {
            scene.cloudWatch.become(moods[i / 60 % moods.length]);
            scene.ledger.sound(scene.minute());
            if (random.nextInt(10) == 0) {
                served(scene.minute() - random.nextInt(2), 1 + random.nextInt(50));
            }
            scene.passMinutes(1);
        }
        int whileAway = scene.cloudWatch.requests().size();
        assertTrue(whileAway > 100 && whileAway < 1500, whileAway + " requests in three days of failure");
        assertEquals(0, scene.cloudWatch.size());
        assertTrue(scene.publisher.isFailing());
        scene.cloudWatch.become(CloudWatchStandIn.Mood.WELL);
        scene.passMinutes(60);
        assertFalse(scene.publisher.isFailing());
        scene.assertEqualInEveryMinute(NO_TOKEN, from - 1, from + minutes);
        assertTrue(scene.has(NO_TOKEN, from + 1));
        assertEquals(0, scene.ledger.published(Destination.CLOUDWATCH).pending());
        assertTrue(scene.ledger.largestMax() <= 130, "asks for " + scene.ledger.largestMax() + " minutes at once");
        assertEquals("CloudWatch has all counts again", scene.said.getLast());
        assertTrue(scene.said.size() <= 80, scene.said.size() + " sentences in three days");
    }

    @Test
    void aConnectionCutAfterReadingCountsTwiceAtMostAndIsStated() {
        long m = scene.minute();
        scene.ledger.sound(m);
        served(m, 10);
        scene.cloudWatch.become(CloudWatchStandIn.Mood.CUT_AFTER_COUNTING);
        for (int i = 0; i < 60 && scene.publisher.puts() == 0; i++) {
            scene.pass(10_000);
        }
        assertEquals(1, scene.publisher.puts());
        assertEquals(1, scene.cloudWatch.requests().size(), "one put is one request: nobody below repeats it");
        long unanswered = scene.publisher.unansweredPoints();
        assertEquals(Metric.values().length * 2L, unanswered);
        scene.cloudWatch.become(CloudWatchStandIn.Mood.WELL);
        scene.passMinutes(5);
        assertEquals(20, scene.at(NO_TOKEN, Scene.INSTANCE, m));
        assertEquals(unanswered, scene.publisher.unansweredPoints());
        assertEquals(0, scene.ledger.published(Destination.CLOUDWATCH).pending());
    }

    @Test
    void killedBetweenPutAndAcknowledgementItSaysItAgainAndLosesNothing() {
        long m = scene.minute();
        scene.ledger.sound(m);
        served(m, 4);
        scene.ledger.loseAcknowledgements(true);
        assertThrows(IllegalStateException.class, () -> scene.passMinutes(20));
        scene.ledger.loseAcknowledgements(false);
        scene.restart();
        scene.passMinutes(20);
        assertEquals(8, scene.at(NO_TOKEN, Scene.INSTANCE, m));
        assertEquals(0, scene.ledger.published(Destination.CLOUDWATCH).pending());
    }

    @Test
    void throttlingIsMetWithFewerAndFewerRequests() {
        scene.cloudWatch.become(CloudWatchStandIn.Mood.THROTTLING);
        long m = scene.minute();
        scene.ledger.sound(m);
        served(m, 1);
        scene.passMinutes(30);
        int first = scene.cloudWatch.requests().size();
        scene.passMinutes(30);
        int second = scene.cloudWatch.requests().size() - first;
        assertTrue(first >= 3 && first < 20, first + " requests in the first half hour");
        assertTrue(second >= 1 && second < 12, second + " requests in the second half hour");
        assertEquals(1, scene.said.size());
        assertTrue(scene.said.getFirst().contains("Throttling"), scene.said.toString());
    }

    @Test
    void oneMinuteThatIsRefusedDoesNotHoldUpTheRest() {
        long from = scene.minute();
        for (int i = 0; i < 100; i++) {
            scene.ledger.sound(from + i);
            served(from + i, 2);
        }
        scene.cloudWatch.refuse("minute=" + (from + 37) + "]");
        scene.passMinutes(130);
        for (int i = 0; i < 100; i++) {
            assertEquals(i == 37 ? 0 : 2, scene.at(NO_TOKEN, Scene.INSTANCE, from + i), "minute " + i);
        }
        assertEquals(2, scene.drops.get(Drop.CLOUDWATCH_REJECTED));
        assertEquals(2, scene.ledger.published(Destination.CLOUDWATCH).givenUp());
        assertEquals(0, scene.ledger.published(Destination.CLOUDWATCH).pending());
        assertEquals(1, scene.said.size(), scene.said.toString());
    }

    @Test
    void theFirstMinuteOfAllMayBeTheWrongOne() {
        long from = scene.minute();
        scene.cloudWatch.refuse("minute=" + from + "]");
        for (int i = 0; i < 10; i++) {
            scene.ledger.sound(from + i);
            served(from + i, 2);
        }
        scene.passMinutes(30);
        assertEquals(2, scene.drops.get(Drop.CLOUDWATCH_REJECTED));
        assertEquals(18, scene.cloudWatch.sum(NO_TOKEN.published(), Scene.INSTANCE));
    }

    @Test
    void whereEverythingIsRefusedNothingIsGivenUp() {
        long from = scene.minute();
        scene.cloudWatch.refuse("imdsight");
        for (int i = 0; i < 60; i++) {
            scene.ledger.sound(from + i);
            served(from + i, 1);
        }
        scene.passMinutes(300);
        assertEquals(0, scene.drops.get(Drop.CLOUDWATCH_REJECTED));
        int asked = scene.cloudWatch.requests().size();
        assertTrue(asked < 1000, asked + " requests");
        scene.cloudWatch.refuse(null);
        scene.passMinutes(60);
        scene.assertEqualInEveryMinute(NO_TOKEN, from, from + 60);
    }

    @Test
    void whatIsOlderThanTwoWeeksIsGivenUpCountedAndSaidOnce() {
        long from = scene.minute();
        scene.cloudWatch.become(CloudWatchStandIn.Mood.UNAVAILABLE);
        for (int i = 0; i < 300; i++) {
            scene.ledger.sound(from + i);
            served(from + i, 1);
        }
        scene.passMinutes(60);
        scene.skipMinutes(TWO_WEEKS_MINUTES + 40);
        scene.cloudWatch.become(CloudWatchStandIn.Mood.WELL);
        scene.ledger.sound(scene.minute());
        scene.passMinutes(60);
        long lost = scene.drops.get(Drop.CLOUDWATCH_EXPIRED);
        assertTrue(lost >= 100 && lost <= 140, lost + " expired");
        assertEquals((double) (300 - lost), scene.cloudWatch.sum(NO_TOKEN.published(), Scene.INSTANCE));
        assertEquals(0, scene.ledger.published(Destination.CLOUDWATCH).pending());
        assertTrue(
                scene.said.stream()
                                .filter(s -> s.contains("older than the two weeks"))
                                .count()
                        <= 2,
                scene.said.toString());
    }

    @Test
    void aClockAMonthAheadGivesNothingUp() {
        long from = scene.minute();
        for (int i = 0; i < 30; i++) {
            scene.ledger.sound(from + i);
            served(from + i, 1);
        }
        scene.passMinutes(1);
        scene.setClock(30L * 24 * 3600 * 1000);
        scene.cloudWatch.become(CloudWatchStandIn.Mood.FORBIDDING); // as it answers to a signature with a wrong time
        scene.passMinutes(60);
        scene.setClock(0);
        scene.cloudWatch.become(CloudWatchStandIn.Mood.WELL);
        scene.passMinutes(60);
        assertEquals(0, scene.drops.get(Drop.CLOUDWATCH_EXPIRED));
        scene.assertEqualInEveryMinute(NO_TOKEN, from, from + 30);
    }

    @Test
    void theLastPutTakesTheRunningMinuteToo() {
        long m = scene.minute();
        served(m, 9);
        scene.publisher.last();
        assertEquals(9, scene.at(NO_TOKEN, Scene.INSTANCE, m));
    }

    @Test
    void aRequestHoldsNoMoreThanCloudWatchTakes() {
        long from = scene.minute();
        for (int i = 0; i < 600; i++) {
            scene.ledger.sound(from + i);
            served(from + i, 1);
        }
        scene.passMinutes(650);
        assertTrue(scene.cloudWatch.requests().stream().allMatch(n -> n <= 1000));
        scene.assertEqualInEveryMinute(NO_TOKEN, from, from + 600);
    }
}
