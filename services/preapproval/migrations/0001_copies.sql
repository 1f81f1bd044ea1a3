CREATE TABLE IF NOT EXISTS copy_cursor (
  source VARCHAR(24) NOT NULL,
  sequence BIGINT NOT NULL,
  known_until DATETIME(6) NOT NULL,
  PRIMARY KEY (source)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS project_copy (
  project_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  effective_on DATE NOT NULL,
  known_at DATETIME(6) NOT NULL,
  region CHAR(6) NOT NULL,
  stage TINYINT NOT NULL,
  planned_start_on DATE NULL,
  started_on DATE NULL,
  total_investment_fen BIGINT NOT NULL,
  PRIMARY KEY (project_id, version),
  KEY by_region (region, project_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS entry_copy (
  id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  list VARCHAR(80) NOT NULL,
  project_id BINARY(16) NOT NULL,
  effective_on DATE NOT NULL,
  known_at DATETIME(6) NOT NULL,
  listed TINYINT NOT NULL,
  PRIMARY KEY (id, version),
  KEY by_list (list, project_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
