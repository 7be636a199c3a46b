-- DropIndex
DROP INDEX "orders_open_domain_key";

-- AlterTable
ALTER TABLE "domains" ADD COLUMN     "locked" BOOLEAN,
ADD COLUMN     "transfer_request" JSON;

-- CreateIndex
CREATE UNIQUE INDEX "orders_open_domain_key" ON "orders"("domain") WHERE ((status = ANY (ARRAY['awaiting-payment'::order_status, 'awaiting-approval'::order_status, 'queued'::order_status, 'sent'::order_status, 'acknowledged'::order_status, 'uncertain'::order_status])) AND (action <> ALL (ARRAY['create-contact'::text, 'update-contact'::text, 'check'::text, 'info'::text, 'lookup'::text, 'lookup-transfer'::text, 'approve-transfer'::text, 'reject-transfer'::text])));

-- What was locked or released so far, unless the name came here anew since: where it is ours, and by what was no trial of a real one.
UPDATE "domains" d SET "locked" = (last."action" = 'lock')
FROM (
  SELECT DISTINCT ON ("domain", "mode") "domain", "mode", "action" FROM "orders"
  WHERE "status" = 'done' AND "action" IN ('lock', 'release', 'register', 'transfer') ORDER BY "domain", "mode", "id" DESC
) last
WHERE last."domain" = d."name" AND last."mode" = d."mode" AND last."action" IN ('lock', 'release')
  AND d."state" IN ('registered', 'faulty');
