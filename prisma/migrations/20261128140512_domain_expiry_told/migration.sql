-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "expiry_told" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "domains_expiry_idx" ON "domains"("connection_id", "expires_at") WHERE ((expires_at IS NOT NULL) AND (expiry_told IS DISTINCT FROM expires_at) AND (state = ANY (ARRAY['registered'::domain_state, 'faulty'::domain_state])));
