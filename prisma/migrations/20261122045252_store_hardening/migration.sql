-- Each connection in service has a reply address of its own.
ALTER TABLE "connections" ADD COLUMN     "reply_to" TEXT;
UPDATE "connections" SET "reply_to" = coalesce(lower("config" -> 'registry' ->> 'replyTo'), '');
ALTER TABLE "connections" ALTER COLUMN "reply_to" SET NOT NULL;

DO $$
DECLARE
  address TEXT;
BEGIN
  SELECT "reply_to" INTO address FROM "connections" WHERE "removed_at" IS NULL GROUP BY "reply_to" HAVING count(*) > 1 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'two connections have the reply address %: start the version that ran before, remove one of them, then start this version again', address;
  END IF;
END
$$;

-- CreateIndex
CREATE UNIQUE INDEX "connections_reply_to_key" ON "connections"("reply_to") WHERE (removed_at IS NULL);

-- A digest says which mail was the first, and for which request where it came to a bounce address.
ALTER TABLE "mail_digests" DROP CONSTRAINT "mail_digests_pkey",
ADD COLUMN     "mail_id" UUID,
ADD COLUMN     "request_id" TEXT NOT NULL DEFAULT '',
ADD CONSTRAINT "mail_digests_pkey" PRIMARY KEY ("connection_id", "sha256", "request_id");

UPDATE "mail_digests" SET "mail_id" = first.id
FROM (
  SELECT DISTINCT ON (coalesce(connection_id, ''), sha256) coalesce(connection_id, '') AS connection_id, sha256, id
  FROM "mails" WHERE direction = 'in' ORDER BY coalesce(connection_id, ''), sha256, stage = 'duplicate', id
) AS first
WHERE first.connection_id = "mail_digests"."connection_id" AND first.sha256 = "mail_digests"."sha256";
DELETE FROM "mail_digests" WHERE "mail_id" IS NULL;
ALTER TABLE "mail_digests" ALTER COLUMN "mail_id" SET NOT NULL;

-- The log's verification starts at 1 and reads objects. What is there already is for it to find, not for this migration.
ALTER TABLE "actions" ADD CONSTRAINT "actions_id_positive" CHECK ("id" > 0) NOT VALID;
ALTER TABLE "actions" ADD CONSTRAINT "actions_data_object" CHECK (jsonb_typeof("data") = 'object') NOT VALID;
