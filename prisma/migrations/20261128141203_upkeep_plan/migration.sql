-- AlterTable
ALTER TABLE "upkeep_tasks" ADD COLUMN     "done_at" TIMESTAMPTZ(3),
ADD COLUMN     "plan" TEXT;

INSERT INTO "upkeep_tasks" ("task", "due_at") VALUES ('send-digest', 'epoch'), ('send-heartbeat', 'epoch');
