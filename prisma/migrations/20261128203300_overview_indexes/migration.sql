-- CreateIndex
CREATE INDEX "domains_nack_idx" ON "domains"("seq") WHERE (detail = 'KK-NACK'::domain_detail);

-- CreateIndex
CREATE INDEX "orders_created_at_idx" ON "orders"("created_at");

-- CreateIndex
CREATE INDEX "requests_overdue_idx" ON "requests"("overdue_at") WHERE ((overdue_at IS NOT NULL) AND (state = ANY (ARRAY['sent'::request_state, 'acknowledged'::request_state, 'uncertain'::request_state])));
