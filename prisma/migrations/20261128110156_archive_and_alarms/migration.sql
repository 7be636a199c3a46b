-- AlterTable
ALTER TABLE "mails" ADD COLUMN     "archived_at" TIMESTAMPTZ(3),
ALTER COLUMN "raw" DROP NOT NULL;

-- CreateTable
CREATE TABLE "upkeep_tasks" (
    "task" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "upkeep_tasks_pkey" PRIMARY KEY ("task")
);

-- CreateTable
CREATE TABLE "alarms" (
    "about" TEXT NOT NULL,
    "level" "action_level" NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alarms_pkey" PRIMARY KEY ("about")
);

-- CreateIndex
CREATE INDEX "mails_archivable_idx" ON "mails"("received_at") WHERE ((archived_at IS NULL) AND (stage = ANY (ARRAY['bounce'::mail_stage, 'auto-reply'::mail_stage, 'untrusted'::mail_stage, 'settled'::mail_stage, 'informational'::mail_stage, 'duplicate'::mail_stage])));

INSERT INTO "upkeep_tasks" ("task", "due_at") VALUES ('archive-mails', 'epoch');
