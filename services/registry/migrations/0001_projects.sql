CREATE TABLE IF NOT EXISTS project_version (
  id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  effective_on DATE NOT NULL,
  region CHAR(6) NOT NULL,
  title VARCHAR(200) NOT NULL,
  project_code VARCHAR(24) NOT NULL,
  place VARCHAR(200) NOT NULL,
  industry VARCHAR(5) NOT NULL,
  field TINYINT NOT NULL,
  nature TINYINT NOT NULL,
  regime TINYINT NOT NULL,
  stage TINYINT NOT NULL,
  stage_since DATE NOT NULL,
  owner_title VARCHAR(100) NOT NULL,
  owner_credit_code VARCHAR(18) NOT NULL,
  competent_department VARCHAR(80) NOT NULL,
  responsible_unit VARCHAR(80) NOT NULL,
  total_investment_fen BIGINT NOT NULL,
  planned_start_on DATE NULL,
  planned_completion_on DATE NULL,
  started_on DATE NULL,
  completed_on DATE NULL,
  PRIMARY KEY (id, version, change_set_id),
  KEY by_change_set (change_set_id),
  KEY by_region (region, id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS plan_version (
  id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  year SMALLINT NOT NULL,
  planned_investment_fen BIGINT NOT NULL,
  PRIMARY KEY (id, version, change_set_id, year),
  KEY by_change_set (change_set_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS entry_version (
  id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  effective_on DATE NOT NULL,
  list VARCHAR(80) NOT NULL,
  project_id BINARY(16) NOT NULL,
  listed TINYINT NOT NULL,
  kind TINYINT NOT NULL,
  admitted_on DATE NOT NULL,
  PRIMARY KEY (id, version, change_set_id),
  KEY by_change_set (change_set_id),
  KEY by_list (list, project_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS project_code_claim (
  project_code VARCHAR(24) NOT NULL,
  project_id BINARY(16) NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  PRIMARY KEY (project_code),
  KEY by_change_set (change_set_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
