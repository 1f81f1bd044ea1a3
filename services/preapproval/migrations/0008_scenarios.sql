CREATE TABLE IF NOT EXISTS scenario (
  id BINARY(16) NOT NULL,
  change_set_id BINARY(16) NOT NULL,
  region CHAR(6) NOT NULL,
  comparisons MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS scenario_part (
  scenario_id BINARY(16) NOT NULL,
  part INT NOT NULL,
  cases MEDIUMBLOB NOT NULL,
  PRIMARY KEY (scenario_id, part)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
