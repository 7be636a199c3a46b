-- AlterTable
ALTER TABLE "requests" ADD COLUMN     "channel" TEXT NOT NULL DEFAULT 'mail';

-- Until now these had no Message-ID because they were tickets, and for no other reason.
UPDATE "requests" SET "channel" = 'people' WHERE "message_id" IS NULL;
