ALTER TABLE warning ADD KEY by_project (project_id, warned_on, id);
