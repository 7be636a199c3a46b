-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "renew_at" TIMESTAMPTZ(3),
ADD COLUMN     "renewed_for" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "domains_renewal_idx" ON "domains"("connection_id", "expires_at") WHERE ((expires_at IS NOT NULL) AND (renewed_for IS DISTINCT FROM expires_at) AND (state = ANY (ARRAY['registered'::domain_state, 'faulty'::domain_state])));
