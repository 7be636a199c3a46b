-- AlterTable
ALTER TABLE "actions" ADD COLUMN     "salt" TEXT;
