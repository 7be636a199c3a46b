-- DropIndex
DROP INDEX "orders_open_domain_key";

-- DropIndex
DROP INDEX "orders_open_idx";

-- DropIndex
DROP INDEX "requests_deadline_idx";

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "approved_at" TIMESTAMPTZ(3),
ADD COLUMN     "approved_by" JSON,
ADD COLUMN     "ordered_by" JSON NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "api_tokens" ADD COLUMN     "owner_id" UUID,
ADD COLUMN     "owner_name" TEXT,
ADD COLUMN     "personal" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE UNIQUE INDEX "orders_open_domain_key" ON "orders"("domain") WHERE ((status = ANY (ARRAY['awaiting-payment'::order_status, 'awaiting-approval'::order_status, 'queued'::order_status, 'sent'::order_status, 'acknowledged'::order_status, 'uncertain'::order_status])) AND (action <> ALL (ARRAY['create-contact'::text, 'update-contact'::text, 'check'::text, 'info'::text, 'lookup'::text, 'lookup-transfer'::text])));

-- CreateIndex
CREATE INDEX "orders_open_idx" ON "orders"("id") WHERE (status = ANY (ARRAY['awaiting-payment'::order_status, 'awaiting-approval'::order_status, 'queued'::order_status, 'sent'::order_status, 'acknowledged'::order_status, 'uncertain'::order_status]));

-- CreateIndex
CREATE INDEX "requests_deadline_idx" ON "requests"("deadline") WHERE (state = ANY (ARRAY['waiting'::request_state, 'sent'::request_state, 'acknowledged'::request_state, 'uncertain'::request_state]));

-- Who made the tokens that are there, as the log says it: the last line of those that say the same is about this one.
UPDATE "api_tokens" t SET "owner_name" = substr(made."actor", 6), "owner_id" = u."id"
FROM (
  SELECT DISTINCT ON ("text") "text", "actor" FROM "actions" WHERE "event" = 'token.created' ORDER BY "text", "id" DESC
) made LEFT JOIN "users" u ON u."name" = substr(made."actor", 6)
WHERE made."actor" LIKE 'user:%' AND u."id" IS NOT NULL
  AND made."text" = 'the ' || t."scope"::text || ' token ' || t."name" || COALESCE(' of the account ' || t."account_id", '') || ' was made';

-- Who placed the orders that may still go and give a domain away (core/two-persons.ts), and made the token that they came by.
UPDATE "orders" o SET "ordered_by" = json_build_array(json_build_object('actor', placed."actor", 'person', (
  SELECT json_build_object('id', known."id", 'name', known."name") FROM (
    SELECT "id", "name" FROM "users" WHERE placed."actor" = 'user:' || "name"
    UNION ALL SELECT "owner_id", "owner_name" FROM "api_tokens" WHERE placed."actor" = 'token:' || "name" AND "owner_id" IS NOT NULL
  ) known LIMIT 1)))
FROM "actions" placed
WHERE placed."order_id" = o."id"::text AND placed."event" = 'order.placed'
  AND o."action" IN ('close', 'transit', 'release', 'create-authinfo') AND o."status" <> 'done' AND o."status" <> 'cancelled';
