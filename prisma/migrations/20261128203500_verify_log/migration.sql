-- When the log was verified last; it is verified when somebody asks for that, and never by time.
INSERT INTO "upkeep_tasks" ("task", "due_at") VALUES ('verify-log', '9999-12-31T00:00:00Z');
