-- CreateIndex
CREATE INDEX "domains_state_name_idx" ON "domains"("state", "name");

-- CreateIndex
CREATE INDEX "domains_state_since_seq_idx" ON "domains"("state", "since", "seq");
