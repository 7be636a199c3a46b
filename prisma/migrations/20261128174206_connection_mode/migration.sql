-- CreateEnum
CREATE TYPE "connection_mode" AS ENUM ('live', 'test');

-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "mode" "connection_mode" NOT NULL DEFAULT 'live';

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "mode" "connection_mode" NOT NULL DEFAULT 'live';

-- CreateTable
CREATE TABLE "checklist_ticks" (
    "connection_id" TEXT NOT NULL,
    "item" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT,

    CONSTRAINT "checklist_ticks_pkey" PRIMARY KEY ("connection_id","item")
);

-- AddForeignKey
ALTER TABLE "checklist_ticks" ADD CONSTRAINT "checklist_ticks_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What is there has the mode that its connection has.
UPDATE "orders" SET "mode" = 'test' FROM "connections"
  WHERE connections.id = orders.connection_id AND connections.config ->> 'mode' = 'test';
UPDATE "domains" SET "mode" = 'test' FROM "connections"
  WHERE connections.id = domains.connection_id AND connections.config ->> 'mode' = 'test';
