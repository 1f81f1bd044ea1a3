CREATE TABLE IF NOT EXISTS region_claim (
  region CHAR(6) NOT NULL,
  organization VARCHAR(80) NOT NULL,
  PRIMARY KEY (region)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
