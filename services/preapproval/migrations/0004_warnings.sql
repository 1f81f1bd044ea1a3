CREATE TABLE IF NOT EXISTS warning (
  id BINARY(16) NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  warned_on DATE NOT NULL,
  region CHAR(6) NOT NULL,
  kind TINYINT NOT NULL,
  code VARCHAR(10) NOT NULL,
  department VARCHAR(80) NOT NULL,
  due_on DATE NOT NULL,
  project_id BINARY(16) NOT NULL,
  PRIMARY KEY (id),
  KEY by_day (warned_on, id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS scan (
  name VARCHAR(24) NOT NULL,
  holder BINARY(16) NOT NULL,
  lease_until DATETIME(6) NOT NULL,
  scanned_on DATE NOT NULL,
  after_id BINARY(16) NOT NULL,
  finished_at DATETIME(6) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
