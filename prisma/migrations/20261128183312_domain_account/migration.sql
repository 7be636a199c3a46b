-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "account_id" TEXT;
