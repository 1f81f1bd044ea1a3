CREATE TABLE IF NOT EXISTS case_guard (
  project_id BINARY(16) NOT NULL,
  moves BIGINT NOT NULL,
  PRIMARY KEY (project_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS case_version (
  id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  project_id BINARY(16) NOT NULL,
  effective_on DATE NOT NULL,
  region CHAR(6) NOT NULL,
  template VARCHAR(80) NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE NULL,
  target_start_on DATE NULL,
  PRIMARY KEY (id, version, change_set_id),
  KEY by_change_set (change_set_id),
  KEY by_project (project_id),
  KEY by_region (region, project_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS procedure_version (
  id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  project_id BINARY(16) NOT NULL,
  code VARCHAR(10) NOT NULL,
  effective_on DATE NOT NULL,
  region CHAR(6) NOT NULL,
  department VARCHAR(80) NOT NULL,
  state TINYINT NOT NULL,
  last_move TINYINT NOT NULL,
  submitted_on DATE NULL,
  accepted_on DATE NULL,
  decided_on DATE NULL,
  valid_until DATE NULL,
  PRIMARY KEY (id, version, change_set_id),
  KEY by_change_set (change_set_id),
  KEY by_project (project_id, code, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
