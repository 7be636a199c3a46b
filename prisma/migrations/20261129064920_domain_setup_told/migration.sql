-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "setup_told" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "domains_setup_idx" ON "domains"("since") WHERE ((detail = 'self'::domain_detail) AND (setup_told IS DISTINCT FROM since));
