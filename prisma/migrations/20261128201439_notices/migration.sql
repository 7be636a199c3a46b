-- CreateEnum
CREATE TYPE "notice_state" AS ENUM ('waiting', 'recorded', 'sent', 'failed');

-- CreateTable
CREATE TABLE "notices" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recipient" TEXT NOT NULL,
    "domain" TEXT,
    "order_id" TEXT,
    "values" JSON NOT NULL,
    "once" TEXT,
    "state" "notice_state" NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "answer" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "notices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quiet_accounts" (
    "account_id" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "quiet_accounts_pkey" PRIMARY KEY ("account_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "notices_once_key" ON "notices"("once");

-- CreateIndex
CREATE INDEX "notices_due_idx" ON "notices"("due_at") WHERE (state = 'waiting'::notice_state);

-- CreateIndex
CREATE INDEX "notices_state_id_idx" ON "notices"("state", "id" DESC);

-- CreateIndex
CREATE INDEX "notices_kind_id_idx" ON "notices"("kind", "id" DESC);
