-- The feed in S3, for Athena (docs/feed.md): shipped by Fluent Bit, Vector or Firehose as NDJSON, one prefix a day.
-- Replace BUCKET. Each statement is to be run by itself.

CREATE EXTERNAL TABLE IF NOT EXISTS imdsight_feed (
  `timestamp` string,
  feed struct<version:int, record:string, interval_seconds:bigint>,
  cloud struct<provider:string, region:string, account:struct<id:string>>,
  host struct<id:string, name:string>,
  caller struct<name:string>,
  user_agent struct<original:string>,
  source struct<address:string>,
  process struct<executable:struct<path:string>, owner:string, title:string>,
  systemd struct<unit:string>,
  container struct<id:string>,
  k8s struct<pod:struct<uid:string>>,
  imds struct<requests:bigint, v1:bigint, v2:bigint, undetermined:bigint, metadata_no_token:bigint,
    metadata_no_token_rejected:bigint, blocking:bigint, cause:map<string,bigint>, path_class:map<string,bigint>>,
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

-- Which instances still block, in the last 7 days.
SELECT coalesce(host.id, host.name) AS instance, sum(imds.blocking) AS calls, max("timestamp") AS last
FROM imdsight_feed
WHERE feed.record = 'caller' AND day >= date_format(current_date - interval '7' day, '%Y-%m-%d')
GROUP BY 1
HAVING sum(imds.blocking) > 0
ORDER BY calls DESC;

-- Who the callers are.
SELECT caller.name, process.executable.path AS executable, systemd.unit, container.id AS container, process.owner,
  sum(imds.blocking) AS calls, count(DISTINCT coalesce(host.id, host.name)) AS instances, max("timestamp") AS last
FROM imdsight_feed
WHERE feed.record = 'caller' AND imds.blocking > 0 AND day >= date_format(current_date - interval '7' day, '%Y-%m-%d')
GROUP BY 1, 2, 3, 4, 5
ORDER BY calls DESC;

-- How it goes down: calls and blocking instances, day by day.
SELECT substr("timestamp", 1, 10) AS on_day, sum(imds.blocking) AS calls,
  count(DISTINCT CASE WHEN imds.blocking > 0 THEN coalesce(host.id, host.name) END) AS instances
FROM imdsight_feed
WHERE feed.record = 'caller'
GROUP BY 1
ORDER BY 1;

-- Which instances may be switched: watched without a fault for 7 days, and nothing that blocks.
SELECT coalesce(host.id, host.name) AS instance, sum(quality.captured_seconds) / 3600 AS hours_watched
FROM imdsight_feed
WHERE feed.record = 'heartbeat' AND day >= date_format(current_date - interval '7' day, '%Y-%m-%d')
GROUP BY 1
HAVING bool_and(quality.sound) AND sum(imds.blocking) = 0 AND sum(quality.captured_seconds) >= 7 * 24 * 3600 - 3600
ORDER BY 1;
