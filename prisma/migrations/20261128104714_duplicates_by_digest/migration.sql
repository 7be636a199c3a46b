-- CreateIndex
CREATE INDEX "mails_duplicates_idx" ON "mails"("sha256") WHERE (stage = 'duplicate'::mail_stage);
