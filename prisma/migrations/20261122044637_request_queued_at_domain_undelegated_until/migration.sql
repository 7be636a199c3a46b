-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "undelegated_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "requests" ADD COLUMN     "queued_at" TIMESTAMPTZ(3);
