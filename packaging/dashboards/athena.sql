-- The feed in S3, for Athena (docs/feed.md): shipped by Fluent Bit, Vector or Firehose as NDJSON, one prefix a day.
-- Replace BUCKET. Each statement is to be run by itself.

CREATE EXTERNAL TABLE IF NOT EXISTS imdsight_feed (
  `timestamp` string,
  feed struct<version:int, record:string, interval_seconds:bigint>,
  cloud struct<provider:string, region:string, account:struct<id:string>>,
  host struct<id:string, name:string>,
  caller struct<name:string, script:string>,
  user_agent struct<original:string>,
  source struct<address:string>,
  process struct<executable:struct<path:string>, owner:string, title:string>,
  systemd struct<unit:string>,
  container struct<id:string>,
  k8s struct<pod:struct<uid:string>>,
  imds struct<requests:bigint, v1:bigint, v2:bigint, undetermined:bigint, metadata_no_token:bigint,
    metadata_no_token_rejected:bigint, blocking:bigint, possible:bigint, cause:map<string,bigint>, path_class:map<string,bigint>>,
  evidence map<string,bigint>,
  callers struct<v1:bigint>,
  quality struct<sound:boolean, capturing:boolean, captured_seconds:bigint, connect_probe:boolean, socket_table:boolean,
    connections:struct<`both`:bigint, kernel:bigint, `capture`:bigint, unexplained:bigint>,
    evidence:map<string,bigint>, drops:map<string,bigint>>
)
PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/imdsight/feed/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy-MM-dd',
  'projection.day.range' = '2025-01-01,NOW',
  'storage.location.template' = 's3://BUCKET/imdsight/feed/day=${day}/'
);

-- The answers of `imdsight report` (docs/report.md), by the same rules. First the time that they are about: judged over the last 7 days, history of 30,
-- silent after 3 hours. In seconds since 1970.
CREATE OR REPLACE VIEW imdsight_period AS
SELECT now.until, now.until - 7 * 86400 AS window_start, (now.until - 30 * 86400) / 86400 * 86400 AS since,
  3 * 3600 AS silent_after
FROM (SELECT CAST(to_unixtime(current_timestamp) AS bigint) AS until) AS now;

-- A record with its instance, and with its caller as it is the same on every instance.
CREATE OR REPLACE VIEW imdsight_record AS
SELECT
  coalesce(host.id, host.name) AS instance,
  feed.record AS record,
  CAST(to_unixtime(from_iso8601_timestamp(substr("timestamp", 1, 19) || 'Z')) AS bigint) AS seconds,
  feed.interval_seconds AS interval_seconds,
  imds.requests AS requests,
  imds.blocking AS blocking,
  quality.sound AS sound,
  CASE WHEN process.title IS NULL AND process.executable.path IS NULL AND caller.name <> 'other' THEN 'not known' ELSE caller.name END AS name,
  process.executable.path AS executable,
  CASE WHEN systemd.unit LIKE '%.scope' THEN regexp_replace(regexp_replace(systemd.unit, '[0-9a-f]{12,}', '*'), '[0-9]+', '*')
    ELSE regexp_replace(systemd.unit, '[0-9a-f]{12,}', '*') END AS unit,
  process.owner AS owner,
  container.id IS NOT NULL AS contained,
  CASE WHEN process.title IS NULL AND process.executable.path IS NULL THEN user_agent.original END AS user_agent,
  caller.script AS script
FROM imdsight_feed
WHERE day >= date_format((current_timestamp - interval '31' day) AT TIME ZONE 'UTC', '%Y-%m-%d');

-- Which instances are ready, and which are not. A heartbeat that came twice counts once.
CREATE OR REPLACE VIEW imdsight_instance AS
WITH heartbeats AS (
  SELECT r.instance, max(r.seconds) AS last_heartbeat, bool_and(r.sound) AS sound,
    bool_or(r.blocking > 0 AND r.seconds - r.interval_seconds >= p.window_start) AS blocks,
    sum(least(r.interval_seconds, r.seconds - p.window_start)) FILTER (WHERE r.sound) AS watched
  FROM (SELECT DISTINCT instance, record, seconds, interval_seconds, sound, blocking FROM imdsight_record) AS r CROSS JOIN imdsight_period AS p
  WHERE r.record = 'heartbeat' AND r.seconds > p.window_start AND r.seconds <= p.until
  GROUP BY r.instance
), calls AS (
  SELECT r.instance, sum(r.requests) AS requests, sum(r.blocking) AS blocking
  FROM imdsight_record AS r CROSS JOIN imdsight_period AS p
  WHERE r.record = 'caller' AND r.seconds >= p.window_start AND r.seconds <= p.until
  GROUP BY r.instance
)
SELECT coalesce(h.instance, c.instance) AS instance,
  CASE
    WHEN c.blocking > 0 OR h.blocks THEN 'blocked'
    WHEN h.last_heartbeat IS NULL OR p.until - h.last_heartbeat > p.silent_after THEN 'silent'
    WHEN NOT h.sound OR coalesce(h.watched, 0) < (p.until - p.window_start) * 0.99 - (p.until - h.last_heartbeat) THEN 'inconclusive'
    ELSE 'ready'
  END AS state,
  coalesce(c.blocking, 0) AS blocking, coalesce(c.requests, 0) AS requests, coalesce(h.watched, 0) AS watched_seconds, h.last_heartbeat
FROM heartbeats AS h FULL OUTER JOIN calls AS c ON h.instance = c.instance CROSS JOIN imdsight_period AS p;

SELECT * FROM imdsight_instance ORDER BY state, blocking DESC, instance;

-- How many are in which state.
SELECT state, count(*) AS instances FROM imdsight_instance GROUP BY state ORDER BY state;

-- What blocks where.
CREATE OR REPLACE VIEW imdsight_blocker AS
SELECT r.instance, r.name, r.executable, r.unit, r.owner, r.contained, r.user_agent, r.script, sum(r.blocking) AS blocking,
  min(r.seconds) AS first_seen, max(r.seconds) AS last_seen
FROM imdsight_record AS r CROSS JOIN imdsight_period AS p
WHERE r.record = 'caller' AND r.blocking > 0 AND r.seconds >= p.window_start AND r.seconds <= p.until
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

-- Callers, by the instances that they block, and by those that nothing else blocks: fix this one, and so many become ready. The order of several is
-- `imdsight report`'s business: each step depends on those before.
SELECT b.name, b.executable, b.unit, b.owner, b.contained, b.user_agent, b.script, count(*) AS instances,
  count_if(n.callers = 1) AS instances_alone, sum(b.blocking) AS blocking
FROM imdsight_blocker AS b JOIN (SELECT instance, count(*) AS callers FROM imdsight_blocker GROUP BY instance) AS n ON b.instance = n.instance
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY instances DESC, blocking DESC;

-- How it goes down: calls, blocked instances, and instances that were heard of, day by day.
SELECT date_format(from_unixtime(r.seconds, 'UTC'), '%Y-%m-%d') AS on_day,
  sum(CASE WHEN r.record = 'caller' THEN r.blocking ELSE 0 END) AS blocking,
  count(DISTINCT CASE WHEN r.record = 'caller' AND r.blocking > 0 THEN r.instance END) AS instances_blocked,
  count(DISTINCT CASE WHEN r.record = 'heartbeat' THEN r.instance END) AS instances_heard
FROM imdsight_record AS r CROSS JOIN imdsight_period AS p
WHERE r.seconds >= p.since AND r.seconds <= p.until
GROUP BY 1
ORDER BY 1;

-- One instance: replace INSTANCE.
SELECT b.name, b.executable, b.unit, b.owner, b.contained, b.user_agent, b.script, b.blocking, from_unixtime(b.first_seen, 'UTC') AS first_seen,
  from_unixtime(b.last_seen, 'UTC') AS last_seen
FROM imdsight_blocker AS b
WHERE b.instance = 'INSTANCE'
ORDER BY b.blocking DESC;
