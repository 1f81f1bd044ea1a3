CREATE TABLE IF NOT EXISTS account_secret (
  account VARCHAR(80) NOT NULL,
  password_hash VARCHAR(128) NOT NULL,
  changed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (account)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
