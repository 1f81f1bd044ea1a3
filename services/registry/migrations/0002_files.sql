CREATE TABLE IF NOT EXISTS file (
  id BINARY(16) NOT NULL,
  filename VARCHAR(200) NOT NULL,
  account VARCHAR(80) NOT NULL,
  size BIGINT NOT NULL,
  declared_size BIGINT NOT NULL,
  pieces INT NOT NULL,
  sha256 BINARY(32) NULL,
  content_id BINARY(16) NOT NULL,
  finished TINYINT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY by_hash (sha256),
  KEY by_age (finished, created_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS file_chunk (
  file_id BINARY(16) NOT NULL,
  position BIGINT NOT NULL,
  data MEDIUMBLOB NOT NULL,
  PRIMARY KEY (file_id, position)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
