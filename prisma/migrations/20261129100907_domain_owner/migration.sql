-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "owner" JSON;
