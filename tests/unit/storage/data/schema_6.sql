-- A data file as schema 6 left it: two threads, two runs of echo on the first.
BEGIN TRANSACTION;
CREATE TABLE assistant_versions (
  assistant_id TEXT NOT NULL REFERENCES assistants ON DELETE CASCADE,
  version      INTEGER NOT NULL,
  graph_id     TEXT NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT,
  config       TEXT NOT NULL,
  context      TEXT NOT NULL,
  metadata     TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (assistant_id, version)
) WITHOUT ROWID;
INSERT INTO "assistant_versions" VALUES('046b5dc7-2108-582c-9c6c-31d556d138f0',1,'echo','Echo','Answers with what it was told.','{}','{}','{"created_by":"system"}',1795832987838495);
CREATE TABLE assistants (
  assistant_id TEXT NOT NULL PRIMARY KEY,
  graph_id     TEXT NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT,
  version      INTEGER NOT NULL,
  config       TEXT NOT NULL,
  context      TEXT NOT NULL,
  metadata     TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "assistants" VALUES('046b5dc7-2108-582c-9c6c-31d556d138f0','echo','Echo','Answers with what it was told.',1,'{}','{}','{"created_by":"system"}',1795832987838495,1795832987838495);
CREATE TABLE channel_values (
  thread_id     TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
  checkpoint_ns TEXT NOT NULL,
  channel       TEXT NOT NULL,
  version       INTEGER NOT NULL,
  value         TEXT NOT NULL,
  PRIMARY KEY (thread_id, checkpoint_ns, channel, version)
) WITHOUT ROWID;
INSERT INTO "channel_values" VALUES('00000000-0000-7000-8000-000000000001','','messages',17958329879422150,'[]');
INSERT INTO "channel_values" VALUES('00000000-0000-7000-8000-000000000001','','messages',17958329879423550,'[{"content":"hi","type":"human","id":"01a21ffc-c126-7bfe-9c1d-9f0ed6db80cf","additional_kwargs":{},"response_metadata":{}}]');
INSERT INTO "channel_values" VALUES('00000000-0000-7000-8000-000000000001','','messages',17958329879424880,'[{"content":"hi","type":"human","id":"01a21ffc-c126-7bfe-9c1d-9f0ed6db80cf","additional_kwargs":{},"response_metadata":{}},{"content":"echo: hi","type":"ai","id":"01a21ffc-c126-738c-a3a7-849adc23de3b","additional_kwargs":{},"response_metadata":{},"tool_calls":[],"invalid_tool_calls":[]}]');
INSERT INTO "channel_values" VALUES('00000000-0000-7000-8000-000000000001','','messages',17958329879501410,'[{"content":"hi","type":"human","id":"01a21ffc-c126-7bfe-9c1d-9f0ed6db80cf","additional_kwargs":{},"response_metadata":{}},{"content":"echo: hi","type":"ai","id":"01a21ffc-c126-738c-a3a7-849adc23de3b","additional_kwargs":{},"response_metadata":{},"tool_calls":[],"invalid_tool_calls":[]},{"content":"again","type":"human","id":"01a21ffc-c12e-7a06-ac91-592f8cfbfc45","additional_kwargs":{},"response_metadata":{}}]');
INSERT INTO "channel_values" VALUES('00000000-0000-7000-8000-000000000001','','messages',17958329879502040,'[{"content":"hi","type":"human","id":"01a21ffc-c126-7bfe-9c1d-9f0ed6db80cf","additional_kwargs":{},"response_metadata":{}},{"content":"echo: hi","type":"ai","id":"01a21ffc-c126-738c-a3a7-849adc23de3b","additional_kwargs":{},"response_metadata":{},"tool_calls":[],"invalid_tool_calls":[]},{"content":"again","type":"human","id":"01a21ffc-c12e-7a06-ac91-592f8cfbfc45","additional_kwargs":{},"response_metadata":{}},{"content":"echo: again","type":"ai","id":"01a21ffc-c12e-7c79-8862-5e4d9f4d3221","additional_kwargs":{},"response_metadata":{},"tool_calls":[],"invalid_tool_calls":[]}]');
CREATE TABLE checkpoints (
  thread_id     TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
  checkpoint_ns TEXT NOT NULL,
  checkpoint_id TEXT NOT NULL,
  parent_id     TEXT NOT NULL,
  run_id        TEXT NOT NULL,
  step          INTEGER NOT NULL,
  source        TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  metadata      TEXT NOT NULL,
  channels      TEXT NOT NULL,
  tasks         TEXT NOT NULL, written_by TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)
) WITHOUT ROWID;
INSERT INTO "checkpoints" VALUES('00000000-0000-7000-8000-000000000001','','1f1ead39-4ba2-64da-bfbc-2f2f1494cc7b','','01a21ffc-c11a-7bd8-8e51-b94d820ce024',-1,'input',1795832987942217,'{"run_id":"01a21ffc-c11a-7bd8-8e51-b94d820ce024","thread_id":"00000000-0000-7000-8000-000000000001","run_attempt":1,"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0","source":"input","step":-1,"parents":{}}','{"messages":17958329879422150}','{"0":{"id":"b6b1db06-3f4c-8c30-ab10-b7bcfdf95a42","node":"__start__","result":{"messages":[{"content":"hi","type":"human","id":"01a21ffc-c126-7bfe-9c1d-9f0ed6db80cf","additional_kwargs":{},"response_metadata":{}}]}}}','[]');
INSERT INTO "checkpoints" VALUES('00000000-0000-7000-8000-000000000001','','1f1ead39-4ba2-6a52-bcd8-dad481eb7f81','1f1ead39-4ba2-64da-bfbc-2f2f1494cc7b','01a21ffc-c11a-7bd8-8e51-b94d820ce024',0,'loop',1795832987942357,'{"run_id":"01a21ffc-c11a-7bd8-8e51-b94d820ce024","thread_id":"00000000-0000-7000-8000-000000000001","run_attempt":1,"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0","source":"loop","step":0,"parents":{}}','{"messages":17958329879423550}','{"0":{"id":"ae627ce6-3b51-8ec5-ad2c-ff105addc980","node":"echo","result":{"messages":[{"content":"echo: hi","type":"ai","id":"01a21ffc-c126-738c-a3a7-849adc23de3b","additional_kwargs":{},"response_metadata":{},"tool_calls":[],"invalid_tool_calls":[]}]}}}','["__start__"]');
INSERT INTO "checkpoints" VALUES('00000000-0000-7000-8000-000000000001','','1f1ead39-4ba2-6f71-afa0-f51ba1dff443','1f1ead39-4ba2-6a52-bcd8-dad481eb7f81','01a21ffc-c11a-7bd8-8e51-b94d820ce024',1,'loop',1795832987942488,'{"run_id":"01a21ffc-c11a-7bd8-8e51-b94d820ce024","thread_id":"00000000-0000-7000-8000-000000000001","run_attempt":1,"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0","source":"loop","step":1,"parents":{}}','{"messages":17958329879424880}','{}','["echo"]');
INSERT INTO "checkpoints" VALUES('00000000-0000-7000-8000-000000000001','','1f1ead39-4bb5-69a4-929d-3b771ceb194f','1f1ead39-4ba2-6f71-afa0-f51ba1dff443','01a21ffc-c12d-7337-96b1-7d13b3714c00',2,'input',1795832987950123,'{"run_id":"01a21ffc-c12d-7337-96b1-7d13b3714c00","thread_id":"00000000-0000-7000-8000-000000000001","run_attempt":1,"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0","source":"input","step":2,"parents":{}}','{"messages":17958329879424880}','{"0":{"id":"487faa89-8f91-86b3-a2fc-d468e4f99fc2","node":"__start__","result":{"messages":[{"content":"again","type":"human","id":"01a21ffc-c12e-7a06-ac91-592f8cfbfc45","additional_kwargs":{},"response_metadata":{}}]}}}','[]');
INSERT INTO "checkpoints" VALUES('00000000-0000-7000-8000-000000000001','','1f1ead39-4bb5-6a63-bfe1-022b4fcfc379','1f1ead39-4bb5-69a4-929d-3b771ceb194f','01a21ffc-c12d-7337-96b1-7d13b3714c00',3,'loop',1795832987950141,'{"run_id":"01a21ffc-c12d-7337-96b1-7d13b3714c00","thread_id":"00000000-0000-7000-8000-000000000001","run_attempt":1,"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0","source":"loop","step":3,"parents":{}}','{"messages":17958329879501410}','{"0":{"id":"bc38215a-43d9-80f6-a2eb-58e54ec59f90","node":"echo","result":{"messages":[{"content":"echo: again","type":"ai","id":"01a21ffc-c12e-7c79-8862-5e4d9f4d3221","additional_kwargs":{},"response_metadata":{},"tool_calls":[],"invalid_tool_calls":[]}]}}}','["__start__"]');
INSERT INTO "checkpoints" VALUES('00000000-0000-7000-8000-000000000001','','1f1ead39-4bb5-6ce2-9c81-72da799d0cc8','1f1ead39-4bb5-6a63-bfe1-022b4fcfc379','01a21ffc-c12d-7337-96b1-7d13b3714c00',4,'loop',1795832987950205,'{"run_id":"01a21ffc-c12d-7337-96b1-7d13b3714c00","thread_id":"00000000-0000-7000-8000-000000000001","run_attempt":1,"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0","source":"loop","step":4,"parents":{}}','{"messages":17958329879502040}','{}','["echo"]');
CREATE TABLE crons (
  cron_id          TEXT NOT NULL PRIMARY KEY,
  assistant_id     TEXT NOT NULL REFERENCES assistants ON DELETE CASCADE,
  thread_id        TEXT REFERENCES threads ON DELETE CASCADE,
  on_run_completed TEXT NOT NULL,
  schedule         TEXT NOT NULL,
  timezone         TEXT,
  end_time         INTEGER,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  payload          TEXT NOT NULL,
  next_run_date    INTEGER,
  metadata         TEXT NOT NULL,
  enabled          INTEGER NOT NULL
);
CREATE TABLE labelled_threads (
  label_id   INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  thread_id  TEXT NOT NULL,
  PRIMARY KEY (label_id, created_at, thread_id)
) WITHOUT ROWID;
INSERT INTO "labelled_threads" VALUES(1,1795832987904174,'00000000-0000-7000-8000-000000000001');
INSERT INTO "labelled_threads" VALUES(1,1795832987928293,'00000000-0000-7000-8000-000000000002');
INSERT INTO "labelled_threads" VALUES(2,1795832987928293,'00000000-0000-7000-8000-000000000002');
INSERT INTO "labelled_threads" VALUES(3,1795832987904174,'00000000-0000-7000-8000-000000000001');
INSERT INTO "labelled_threads" VALUES(4,1795832987904174,'00000000-0000-7000-8000-000000000001');
CREATE TABLE run_events (
  run_id   TEXT NOT NULL REFERENCES run_streams ON DELETE CASCADE,
  event_id INTEGER NOT NULL,
  name     TEXT NOT NULL,
  mode     INTEGER NOT NULL,
  ns       TEXT NOT NULL,
  data     TEXT NOT NULL,
  PRIMARY KEY (run_id, event_id)
) WITHOUT ROWID;
CREATE TABLE run_streams (
  run_id   TEXT NOT NULL PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  ended_at INTEGER
) WITHOUT ROWID;
CREATE TABLE runs (
  run_id             TEXT NOT NULL PRIMARY KEY,
  thread_id          TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
  assistant_id       TEXT NOT NULL,
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  status             TEXT NOT NULL,
  multitask_strategy TEXT NOT NULL,
  attempts           INTEGER NOT NULL,
  metadata           TEXT NOT NULL,
  error              TEXT NOT NULL,
  kwargs             TEXT NOT NULL
, cancel_reason TEXT);
INSERT INTO "runs" VALUES('01a21ffc-c11a-7bd8-8e51-b94d820ce024','00000000-0000-7000-8000-000000000001','046b5dc7-2108-582c-9c6c-31d556d138f0',1795832987930278,1795832987942498,'success','enqueue',1,'{"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0"}','null','{"assistant_id":"echo","input":{"messages":[{"role":"user","content":"hi"}]},"config":{},"context":{},"stream_mode":["values"],"durability":"async"}',NULL);
INSERT INTO "runs" VALUES('01a21ffc-c12d-7337-96b1-7d13b3714c00','00000000-0000-7000-8000-000000000001','046b5dc7-2108-582c-9c6c-31d556d138f0',1795832987949914,1795832987950214,'success','enqueue',1,'{"created_by":"system","owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0"}','null','{"assistant_id":"echo","input":{"messages":[{"role":"user","content":"again"}]},"config":{},"context":{},"stream_mode":["values"],"durability":"async"}',NULL);
CREATE TABLE store_items (
  namespace  TEXT NOT NULL,
  key        TEXT NOT NULL,
  value      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ttl        INTEGER,
  expires_at INTEGER,
  PRIMARY KEY (namespace, key)
);
CREATE TABLE thread_counts (
  status  TEXT NOT NULL PRIMARY KEY,
  threads INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "thread_counts" VALUES('busy',0);
INSERT INTO "thread_counts" VALUES('error',0);
INSERT INTO "thread_counts" VALUES('idle',2);
INSERT INTO "thread_counts" VALUES('interrupted',0);
CREATE TABLE thread_labels (
  label_id INTEGER PRIMARY KEY,
  key      TEXT NOT NULL,
  value    TEXT NOT NULL,
  threads  INTEGER NOT NULL,
  UNIQUE (key, value)
);
INSERT INTO "thread_labels" VALUES(1,'owner','sann',2);
INSERT INTO "thread_labels" VALUES(2,'n','n1.0',1);
INSERT INTO "thread_labels" VALUES(3,'graph_id','secho',1);
INSERT INTO "thread_labels" VALUES(4,'assistant_id','s046b5dc7-2108-582c-9c6c-31d556d138f0',1);
CREATE TABLE threads (
  thread_id        TEXT NOT NULL PRIMARY KEY,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  state_updated_at INTEGER NOT NULL,
  metadata         TEXT NOT NULL,
  status           TEXT NOT NULL,
  config           TEXT NOT NULL,
  interrupts       TEXT NOT NULL,
  error            TEXT NOT NULL
, ttl_minutes REAL, ttl_strategy TEXT, expires_at INTEGER) WITHOUT ROWID;
INSERT INTO "threads" VALUES('00000000-0000-7000-8000-000000000001',1795832987904174,1795832987950214,1795832987950214,'{"owner":"ann","tags":["x"],"graph_id":"echo","assistant_id":"046b5dc7-2108-582c-9c6c-31d556d138f0"}','idle','{}','{}','null',NULL,NULL,NULL);
INSERT INTO "threads" VALUES('00000000-0000-7000-8000-000000000002',1795832987928293,1795832987928293,1795832987928293,'{"owner":"ann","n":1.0}','idle','{}','{}','null',NULL,NULL,NULL);
CREATE TABLE webhooks (
  webhook_id TEXT NOT NULL PRIMARY KEY,
  url        TEXT NOT NULL,
  body       TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  due_at     INTEGER NOT NULL
);
CREATE INDEX assistants_by_created ON assistants (created_at);
CREATE INDEX assistants_by_updated ON assistants (updated_at);
CREATE INDEX assistants_by_name ON assistants (name);
CREATE INDEX assistants_by_graph ON assistants (graph_id, created_at);
CREATE INDEX threads_by_created ON threads (created_at);
CREATE INDEX threads_by_updated ON threads (updated_at);
CREATE INDEX threads_by_state_updated ON threads (state_updated_at);
CREATE INDEX threads_by_status ON threads (status, created_at);
CREATE INDEX runs_by_thread ON runs (thread_id, created_at, run_id);
CREATE INDEX runs_active ON runs (thread_id, status, created_at, run_id) WHERE status IN ('pending', 'running');
CREATE INDEX store_items_by_updated ON store_items (updated_at);
CREATE INDEX store_items_by_expiry ON store_items (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX run_streams_by_end ON run_streams (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX crons_by_created ON crons (created_at);
CREATE INDEX crons_by_updated ON crons (updated_at);
CREATE INDEX crons_by_end ON crons (end_time);
CREATE INDEX crons_by_next_run ON crons (next_run_date);
CREATE INDEX crons_by_assistant ON crons (assistant_id, created_at);
CREATE INDEX crons_by_thread ON crons (thread_id, created_at);
CREATE TRIGGER threads_counted_in AFTER INSERT ON threads BEGIN
  UPDATE thread_counts SET threads = threads + 1 WHERE status = new.status;
END;
CREATE TRIGGER threads_counted_out AFTER DELETE ON threads BEGIN
  UPDATE thread_counts SET threads = threads - 1 WHERE status = old.status;
END;
CREATE TRIGGER threads_counted_over AFTER UPDATE OF status ON threads WHEN new.status <> old.status BEGIN
  UPDATE thread_counts SET threads = threads - 1 WHERE status = old.status;
  UPDATE thread_counts SET threads = threads + 1 WHERE status = new.status;
END;
CREATE INDEX threads_by_expiry ON threads (expires_at) WHERE expires_at IS NOT NULL;
COMMIT;
PRAGMA application_id=1097287791;
PRAGMA user_version=6;
