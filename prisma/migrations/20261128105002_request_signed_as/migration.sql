-- AlterTable
ALTER TABLE "requests" ADD COLUMN     "signed_as" TEXT;
