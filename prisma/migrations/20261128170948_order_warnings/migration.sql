-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "warnings" JSON NOT NULL DEFAULT '[]';
