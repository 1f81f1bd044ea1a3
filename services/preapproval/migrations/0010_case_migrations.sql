CREATE TABLE IF NOT EXISTS case_migration (
  id BINARY(16) NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  applied_set_id BINARY(16) NULL,
  region CHAR(6) NOT NULL,
  previews MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS case_migration_part (
  case_migration_id BINARY(16) NOT NULL,
  part INT NOT NULL,
  cases MEDIUMBLOB NOT NULL,
  PRIMARY KEY (case_migration_id, part)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
