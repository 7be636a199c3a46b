-- AlterTable
ALTER TABLE "requests" ADD COLUMN     "check_at" TIMESTAMPTZ(3),
ADD COLUMN     "overdue_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "requests_check_idx" ON "requests"("check_at") WHERE (state = ANY (ARRAY['sent'::request_state, 'acknowledged'::request_state, 'uncertain'::request_state]));

-- What waits already is looked at from now on.
UPDATE "requests" SET "check_at" = now() WHERE state = ANY (ARRAY['sent'::request_state, 'acknowledged'::request_state, 'uncertain'::request_state]);
