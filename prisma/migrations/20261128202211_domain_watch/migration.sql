-- CreateEnum
CREATE TYPE "delegation" AS ENUM ('delegated', 'connected');

-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "delegation" "delegation",
ADD COLUMN     "delegation_fault" TEXT,
ADD COLUMN     "undelegated_told" TIMESTAMPTZ(3),
ADD COLUMN     "watch_at" TIMESTAMPTZ(3),
ADD COLUMN     "watched_since" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "domains_watch_idx" ON "domains"("connection_id", "watch_at") WHERE ((watch_at IS NOT NULL) AND (state = 'registered'::domain_state));

-- CreateIndex
CREATE INDEX "domains_undelegated_idx" ON "domains"("undelegated_until") WHERE ((undelegated_until IS NOT NULL) AND (undelegated_told IS DISTINCT FROM undelegated_until));

-- What was imported was taken for connected, and said so in its chain.
UPDATE "domains" SET "detail" = 'REG-OK', "delegation" = 'connected' WHERE "detail" = 'connected';

-- What is there is looked at from now on.
UPDATE "domains" SET "watched_since" = "since", "watch_at" = now()
  WHERE "state" = 'registered' AND "nameservers"::text <> '[]';
