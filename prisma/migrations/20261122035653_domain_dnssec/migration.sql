-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "dnssec" TEXT[] DEFAULT ARRAY[]::TEXT[];
