-- AlterTable
ALTER TABLE "api_tokens" ADD COLUMN     "used_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "awaits_code" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "disabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "link_hash" TEXT,
ADD COLUMN     "link_until" TIMESTAMPTZ(3),
ADD COLUMN     "recovery" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "totp_secret" TEXT,
ADD COLUMN     "totp_since" TIMESTAMPTZ(3),
ADD COLUMN     "totp_step" INTEGER;

-- CreateIndex
CREATE UNIQUE INDEX "users_link_hash_key" ON "users"("link_hash");
