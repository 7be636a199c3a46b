-- AlterTable
ALTER TABLE "mails" ADD COLUMN     "erased_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "erased_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "mails_sha256_idx" ON "mails"("sha256");

-- CreateIndex
CREATE INDEX "mails_erased_files_idx" ON "mails"("id") WHERE ((erased_at IS NOT NULL) AND (archived_at IS NOT NULL));

-- It looks for files of erased mails that a process left behind, also where nothing is erased by policy.
INSERT INTO "upkeep_tasks" ("task", "due_at") VALUES ('erase-data', 'epoch');
