-- Persistent statistics are counted in the background, seconds after rows have come; a server that stops before that keeps those of the empty
-- table for good, and reads of the past scan instead of seeking. Without them InnoDB counts as rows come and when a table is opened.
ALTER TABLE change_set STATS_PERSISTENT = 0;
ALTER TABLE resource_version STATS_PERSISTENT = 0;
ALTER TABLE feed STATS_PERSISTENT = 0;
