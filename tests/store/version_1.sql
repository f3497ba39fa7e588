-- The tables of version 1 with a workshop, its log, a key, a draft and somebody seen in them.
CREATE TABLE schema_version (version INTEGER NOT NULL, checks INTEGER NOT NULL);
CREATE TABLE workshop (
  code VARCHAR NOT NULL, title VARCHAR NOT NULL, owner VARCHAR NOT NULL,
  opened_at {moment} NOT NULL, delete_after {moment}, epoch VARCHAR NOT NULL,
  CONSTRAINT pk_workshop PRIMARY KEY (code)
);
CREATE INDEX ix_workshop_owner ON workshop (owner);
CREATE TABLE access (
  key_hash VARCHAR NOT NULL, kind VARCHAR NOT NULL, workshop VARCHAR, person VARCHAR,
  role VARCHAR NOT NULL, group_id VARCHAR, name VARCHAR, created_at {moment} NOT NULL,
  revoked_at {moment}, CONSTRAINT pk_access PRIMARY KEY (key_hash),
  CONSTRAINT fk_access_workshop FOREIGN KEY(workshop) REFERENCES workshop (code)
);
CREATE INDEX ix_access_workshop ON access (workshop);
CREATE TABLE draft (
  workshop VARCHAR NOT NULL, person VARCHAR NOT NULL, card VARCHAR, barrier VARCHAR,
  words TEXT, how TEXT, example TEXT, caution TEXT, saved_at {moment} NOT NULL,
  CONSTRAINT pk_draft PRIMARY KEY (workshop, person),
  CONSTRAINT fk_draft_workshop FOREIGN KEY(workshop) REFERENCES workshop (code)
);
CREATE TABLE seen (
  workshop VARCHAR NOT NULL, person VARCHAR NOT NULL, at {moment} NOT NULL,
  CONSTRAINT pk_seen PRIMARY KEY (workshop, person),
  CONSTRAINT fk_seen_workshop FOREIGN KEY(workshop) REFERENCES workshop (code)
);
CREATE TABLE event (
  workshop VARCHAR NOT NULL, seq INTEGER NOT NULL, kind VARCHAR NOT NULL, at {moment} NOT NULL,
  actor VARCHAR NOT NULL, ref VARCHAR, digest VARCHAR, made VARCHAR, subject VARCHAR,
  body TEXT NOT NULL, CONSTRAINT pk_event PRIMARY KEY (workshop, seq),
  CONSTRAINT fk_event_workshop FOREIGN KEY(workshop) REFERENCES workshop (code)
);
INSERT INTO schema_version VALUES (1, 3);
INSERT INTO workshop VALUES
  ('ABCD', 'Kept', 'a1', '2026-11-23 12:00:00', '2027-02-21 12:00:00', 'e1');
INSERT INTO access VALUES
  ('hash', 'seat', 'ABCD', 'p1', 'participant', 'g1', 'Ann', '2026-11-23 12:00:00', NULL);
INSERT INTO draft VALUES
  ('ABCD', 'p1', 'c1', 'b1', 'Half a sentence', NULL, NULL, NULL, '2026-11-23 12:00:00');
INSERT INTO seen VALUES ('ABCD', 'p1', '2026-11-23 12:00:00');
INSERT INTO event VALUES
  ('ABCD', 1, 'Opened', '2026-11-23 12:00:00', 'a1', NULL, NULL, NULL, NULL, 'opened'),
  ('ABCD', 2, 'Happened', '2026-11-23 12:00:00', 'p1', 'r1', 'd1', NULL, 'p1', 'two');
