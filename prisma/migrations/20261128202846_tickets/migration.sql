-- CreateTable
CREATE TABLE "tickets" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "connection_id" TEXT,
    "domain" TEXT,
    "order_id" UUID,
    "request_id" UUID,
    "mail_id" UUID,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),
    "closed_by" TEXT,
    "note" TEXT,
    "remind_at" TIMESTAMPTZ(3),
    "reminders" INTEGER NOT NULL DEFAULT 0,
    "once" TEXT NOT NULL,

    CONSTRAINT "tickets_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "tickets_number_key" ON "tickets"("number");

-- CreateIndex
CREATE UNIQUE INDEX "tickets_once_key" ON "tickets"("once");

-- CreateIndex
CREATE INDEX "tickets_open_idx" ON "tickets"("number" DESC) WHERE (state = 'open'::text);

-- CreateIndex
CREATE INDEX "tickets_remind_idx" ON "tickets"("remind_at") WHERE (state = 'open'::text);

-- CreateIndex
CREATE INDEX "tickets_domain_number_idx" ON "tickets"("domain", "number" DESC);

-- CreateIndex
CREATE INDEX "tickets_order_id_idx" ON "tickets"("order_id");

-- CreateIndex
CREATE INDEX "tickets_mail_id_idx" ON "tickets"("mail_id");
