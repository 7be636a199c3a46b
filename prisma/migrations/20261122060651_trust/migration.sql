-- AlterTable
ALTER TABLE "connections" ADD COLUMN     "keys_due_at" TIMESTAMPTZ(3);
UPDATE "connections" SET "keys_due_at" = now();
ALTER TABLE "connections" ALTER COLUMN "keys_due_at" SET NOT NULL;

-- Several keys of ours with their times, names for certificates, and what may be weak: as a connection is kept now.
UPDATE "connections" SET "config" = (
  "config"::jsonb || jsonb_build_object(
    'signing', jsonb_build_object(
      'scheme', "config" -> 'signing' -> 'scheme',
      'keys', jsonb_build_array(jsonb_build_object(
        'file', "config" -> 'signing' -> 'key',
        'passphraseEnv', "config" -> 'signing' -> 'passphraseEnv',
        'notBefore', NULL, 'notAfter', NULL))),
    'trust', ("config"::jsonb -> 'trust') || jsonb_build_object(
      'weak', '[]'::jsonb, 'senderChecks', 'off',
      'keys', (
        SELECT coalesce(jsonb_agg(pin || '{"names": null}'::jsonb), '[]'::jsonb)
        FROM jsonb_array_elements("config"::jsonb -> 'trust' -> 'keys') AS pin)))
)::json;


-- AlterTable
ALTER TABLE "mails" ADD COLUMN     "evidence" JSON;

-- CreateTable
CREATE TABLE "key_alarms" (
    "connection_id" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "alarm" TEXT NOT NULL,
    "about" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_alarms_pkey" PRIMARY KEY ("connection_id","file","alarm","about")
);

-- AddForeignKey
ALTER TABLE "key_alarms" ADD CONSTRAINT "key_alarms_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
