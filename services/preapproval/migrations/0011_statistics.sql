-- As in 0002_statistics.sql of the feed.
ALTER TABLE project_copy STATS_PERSISTENT = 0;
ALTER TABLE entry_copy STATS_PERSISTENT = 0;
ALTER TABLE case_version STATS_PERSISTENT = 0;
ALTER TABLE procedure_version STATS_PERSISTENT = 0;
ALTER TABLE warning STATS_PERSISTENT = 0;
