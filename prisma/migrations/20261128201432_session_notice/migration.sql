-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "notice" JSON;
