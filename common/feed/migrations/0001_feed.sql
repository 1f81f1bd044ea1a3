CREATE TABLE IF NOT EXISTS idempotency (
  scope BINARY(32) NOT NULL,
  idem_key VARBINARY(64) NOT NULL,
  request_hash BINARY(32) NOT NULL,
  reply MEDIUMBLOB NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (scope, idem_key),
  KEY by_age (created_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS change_set (
  id BINARY(16) NOT NULL,
  committed TINYINT NOT NULL,
  account VARCHAR(80) NOT NULL,
  origin VARCHAR(64) NOT NULL,
  method VARCHAR(160) NOT NULL,
  reason VARCHAR(500) NOT NULL,
  started_at DATETIME(6) NOT NULL,
  lease_until DATETIME(6) NULL,
  item_count BIGINT NOT NULL,
  digest BINARY(32) NOT NULL,
  PRIMARY KEY (id),
  KEY by_lease (committed, lease_until)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS resource_version (
  id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  type VARCHAR(24) NOT NULL,
  name VARCHAR(130) NOT NULL,
  effective_on DATE NOT NULL,
  region CHAR(6) NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  item BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id, version),
  UNIQUE KEY by_change_set (change_set_id, item),
  KEY by_name (name)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS outbox (
  change_set_id BINARY(16) NOT NULL,
  PRIMARY KEY (change_set_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS feed (
  first_sequence BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  item_count BIGINT NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  chain BINARY(32) NOT NULL,
  PRIMARY KEY (first_sequence),
  UNIQUE KEY by_change_set (change_set_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS feed_head (
  id TINYINT NOT NULL,
  next_sequence BIGINT NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  chain BINARY(32) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
