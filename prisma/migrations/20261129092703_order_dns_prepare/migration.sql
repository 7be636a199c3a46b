-- DropIndex
DROP INDEX "requests_check_idx";

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "dns_asked_at" TIMESTAMPTZ(3),
ADD COLUMN     "dns_prepared_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "requests_check_idx" ON "requests"("check_at") WHERE (state = ANY (ARRAY['queued'::request_state, 'sent'::request_state, 'acknowledged'::request_state, 'uncertain'::request_state]));
