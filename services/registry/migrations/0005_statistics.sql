-- As in 0002_statistics.sql of the feed.
ALTER TABLE project_version STATS_PERSISTENT = 0;
ALTER TABLE plan_version STATS_PERSISTENT = 0;
ALTER TABLE entry_version STATS_PERSISTENT = 0;
ALTER TABLE project_code_claim STATS_PERSISTENT = 0;
