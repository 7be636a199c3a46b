-- AlterTable
ALTER TABLE "connections" ALTER COLUMN "reply_to" DROP NOT NULL;

-- AlterTable
ALTER TABLE "requests" ALTER COLUMN "message_id" DROP NOT NULL,
ALTER COLUMN "bounce_token" DROP NOT NULL;
