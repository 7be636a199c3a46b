-- AlterTable
ALTER TABLE "log_head" ADD COLUMN     "place" TEXT;

-- AlterTable
ALTER TABLE "requests" ADD COLUMN     "doubt" TEXT;
