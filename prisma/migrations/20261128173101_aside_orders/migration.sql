-- DropIndex
DROP INDEX "orders_open_domain_key";

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "result" JSON;

-- CreateIndex
CREATE UNIQUE INDEX "orders_open_domain_key" ON "orders"("domain") WHERE ((status = ANY (ARRAY['awaiting-payment'::order_status, 'queued'::order_status, 'sent'::order_status, 'acknowledged'::order_status, 'uncertain'::order_status])) AND (action <> ALL (ARRAY['create-contact'::text, 'update-contact'::text, 'check'::text, 'info'::text, 'lookup'::text, 'lookup-transfer'::text])));
