-- The daily mail to ourselves: when the next is sent, and until when the last is waited for, with its token as the plan.
INSERT INTO "upkeep_tasks" ("task", "due_at") VALUES ('send-self-test', 'epoch'), ('check-self-test', '9999-12-31T00:00:00Z');
