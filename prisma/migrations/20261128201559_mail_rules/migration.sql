-- CreateTable
CREATE TABLE "mail_rules" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "connection_id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "words" TEXT[],
    "without" TEXT[],
    "outcome" TEXT NOT NULL,
    "code" TEXT,
    "enabled" BOOLEAN NOT NULL,
    "note" TEXT,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mail_rules_pkey" PRIMARY KEY ("id","version")
);

-- CreateIndex
CREATE INDEX "mail_rules_connection_id_id_version_idx" ON "mail_rules"("connection_id", "id", "version");

-- AddForeignKey
ALTER TABLE "mail_rules" ADD CONSTRAINT "mail_rules_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
