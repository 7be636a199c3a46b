-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "charged_at" TIMESTAMPTZ(3),
ADD COLUMN     "refunded_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "requests" ADD COLUMN     "replied_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "requests_replied_idx" ON "requests"("connection_id", "action", "replied_at" DESC) WHERE (replied_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "orders_open_idx" ON "orders"("id") WHERE (status = ANY (ARRAY['awaiting-payment'::order_status, 'queued'::order_status, 'sent'::order_status, 'acknowledged'::order_status, 'uncertain'::order_status]));

-- CreateIndex
CREATE INDEX "orders_done_idx" ON "orders"("updated_at") WHERE (status = 'done'::order_status);

-- What billing was told of orders that are there already.
UPDATE "orders" SET "charged_at" = e."at" FROM "events" e WHERE e."once" = 'billing.charge:' || "orders"."id"::text;
UPDATE "orders" SET "refunded_at" = e."at" FROM "events" e WHERE e."once" = 'billing.refund:' || "orders"."id"::text;
