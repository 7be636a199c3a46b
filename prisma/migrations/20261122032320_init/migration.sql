-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "domain_state" AS ENUM ('none', 'pending', 'registering', 'transferring', 'registered', 'failed', 'faulty', 'closed', 'gone');

-- CreateEnum
CREATE TYPE "domain_detail" AS ENUM ('init', 'filed', 'REG-req', 'REG-OK', 'KK-req', 'KK-ACK', 'KK-NACK', 'delegated', 'connected', 'update', 'self', 'closed', 'gone', 'error');

-- CreateEnum
CREATE TYPE "order_status" AS ENUM ('awaiting-payment', 'queued', 'sent', 'acknowledged', 'uncertain', 'done', 'refused', 'timed-out', 'cancelled');

-- CreateEnum
CREATE TYPE "request_state" AS ENUM ('waiting', 'queued', 'handing-over', 'sent', 'acknowledged', 'uncertain', 'settled', 'closed');

-- CreateEnum
CREATE TYPE "mail_direction" AS ENUM ('in', 'out');

-- CreateEnum
CREATE TYPE "mail_stage" AS ENUM ('received', 'quarantined', 'bounce', 'auto-reply', 'untrusted', 'unrecognised', 'ambiguous', 'conflict', 'settled', 'informational', 'duplicate');

-- CreateEnum
CREATE TYPE "verdict_kind" AS ENUM ('trusted', 'untrusted', 'unsigned');

-- CreateEnum
CREATE TYPE "action_level" AS ENUM ('info', 'warning', 'error');

-- CreateEnum
CREATE TYPE "user_role" AS ENUM ('viewer', 'operator', 'admin');

-- CreateEnum
CREATE TYPE "token_scope" AS ENUM ('billing', 'admin');

-- CreateTable
CREATE TABLE "connections" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "config" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection_tlds" (
    "tld" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,

    CONSTRAINT "connection_tlds_pkey" PRIMARY KEY ("tld")
);

-- CreateTable
CREATE TABLE "domains" (
    "name" TEXT NOT NULL,
    "unicode_name" TEXT NOT NULL,
    "state" "domain_state" NOT NULL,
    "detail" "domain_detail" NOT NULL,
    "connection_id" TEXT NOT NULL,
    "nameservers" JSON NOT NULL,
    "contacts" JSON NOT NULL,
    "epp_status" TEXT[],
    "since" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "domains_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" UUID NOT NULL,
    "account_id" TEXT NOT NULL,
    "billing_order_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "status" "order_status" NOT NULL,
    "connection_id" TEXT NOT NULL,
    "terms" JSON NOT NULL,
    "reason" TEXT,
    "code" TEXT,
    "body_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "paid_at" TIMESTAMPTZ(3),
    "payment_reference" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "owner" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "order_id" UUID NOT NULL,
    "answer" JSON NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("owner","key")
);

-- CreateTable
CREATE TABLE "requests" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "connection_id" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "bounce_token" TEXT NOT NULL,
    "state" "request_state" NOT NULL,
    "attempts" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "deadline" TIMESTAMPTZ(3),
    "mail_id" UUID,
    "signed_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "answer" TEXT,
    "ticket" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mails" (
    "id" UUID NOT NULL,
    "direction" "mail_direction" NOT NULL,
    "connection_id" TEXT,
    "envelope" JSON NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "sha256" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "raw" BYTEA NOT NULL,
    "stage" "mail_stage" NOT NULL,
    "reason" TEXT,
    "verdict_kind" "verdict_kind",
    "verdict_reason" TEXT,
    "verdict_fingerprint" TEXT,
    "verdict_signed_at" TIMESTAMPTZ(3),
    "replies" JSON NOT NULL DEFAULT '[]',
    "orders" UUID[],
    "request_id" UUID,
    "due_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "mails_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mail_digests" (
    "connection_id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,

    CONSTRAINT "mail_digests_pkey" PRIMARY KEY ("connection_id","sha256")
);

-- CreateTable
CREATE TABLE "verified_contents" (
    "connection_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,
    "mail_id" UUID NOT NULL,

    CONSTRAINT "verified_contents_pkey" PRIMARY KEY ("connection_id","fingerprint","sha256","signed_at")
);

-- CreateTable
CREATE TABLE "actions" (
    "id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" "action_level" NOT NULL,
    "actor" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "domain" TEXT,
    "order_id" TEXT,
    "request_id" TEXT,
    "mail_id" TEXT,
    "data" JSONB NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "actions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_head" (
    "id" INTEGER NOT NULL,
    "last_id" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "log_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "subject" TEXT NOT NULL,
    "order_id" TEXT,
    "data" JSON NOT NULL,
    "once" TEXT,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" "user_role" NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "token_hash" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "scope" "token_scope" NOT NULL,
    "account_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "connections_title_key" ON "connections"("title") WHERE (removed_at IS NULL);

-- CreateIndex
CREATE INDEX "connection_tlds_connection_id_idx" ON "connection_tlds"("connection_id");

-- CreateIndex
CREATE UNIQUE INDEX "domains_seq_key" ON "domains"("seq");

-- CreateIndex
CREATE INDEX "domains_state_seq_idx" ON "domains"("state", "seq" DESC);

-- CreateIndex
CREATE INDEX "domains_connection_id_idx" ON "domains"("connection_id");

-- CreateIndex
CREATE INDEX "orders_domain_id_idx" ON "orders"("domain", "id" DESC);

-- CreateIndex
CREATE INDEX "orders_status_id_idx" ON "orders"("status", "id" DESC);

-- CreateIndex
CREATE INDEX "orders_account_id_id_idx" ON "orders"("account_id", "id" DESC);

-- CreateIndex
CREATE INDEX "orders_connection_id_status_idx" ON "orders"("connection_id", "status");

-- CreateIndex
CREATE UNIQUE INDEX "orders_billing_key" ON "orders"("account_id", "billing_order_id");

-- CreateIndex
CREATE UNIQUE INDEX "orders_open_domain_key" ON "orders"("domain") WHERE (status = ANY (ARRAY['awaiting-payment'::order_status, 'queued'::order_status, 'sent'::order_status, 'acknowledged'::order_status, 'uncertain'::order_status]));

-- CreateIndex
CREATE UNIQUE INDEX "requests_reference_key" ON "requests"("reference");

-- CreateIndex
CREATE UNIQUE INDEX "requests_message_id_key" ON "requests"("message_id");

-- CreateIndex
CREATE UNIQUE INDEX "requests_bounce_token_key" ON "requests"("bounce_token");

-- CreateIndex
CREATE INDEX "requests_order_id_idx" ON "requests"("order_id");

-- CreateIndex
CREATE INDEX "requests_connection_id_ticket_idx" ON "requests"("connection_id", "ticket");

-- CreateIndex
CREATE INDEX "requests_connection_id_domain_idx" ON "requests"("connection_id", "domain");

-- CreateIndex
CREATE INDEX "requests_due_idx" ON "requests"("due_at") WHERE (state = ANY (ARRAY['queued'::request_state, 'handing-over'::request_state]));

-- CreateIndex
CREATE INDEX "requests_deadline_idx" ON "requests"("deadline") WHERE (state = ANY (ARRAY['sent'::request_state, 'acknowledged'::request_state, 'uncertain'::request_state]));

-- CreateIndex
CREATE INDEX "mails_due_idx" ON "mails"("due_at") WHERE ((stage = 'received'::mail_stage) AND (direction = 'in'::mail_direction));

-- CreateIndex
CREATE INDEX "mails_orders_idx" ON "mails" USING GIN ("orders");

-- CreateIndex
CREATE INDEX "mails_request_id_idx" ON "mails"("request_id");

-- CreateIndex
CREATE INDEX "mails_stage_id_idx" ON "mails"("stage", "id" DESC);

-- CreateIndex
CREATE INDEX "mails_verdict_kind_id_idx" ON "mails"("verdict_kind", "id" DESC);

-- CreateIndex
CREATE INDEX "verified_contents_mail_id_idx" ON "verified_contents"("mail_id");

-- CreateIndex
CREATE INDEX "actions_domain_id_idx" ON "actions"("domain", "id");

-- CreateIndex
CREATE INDEX "actions_order_id_id_idx" ON "actions"("order_id", "id");

-- CreateIndex
CREATE INDEX "actions_level_id_idx" ON "actions"("level", "id");

-- CreateIndex
CREATE INDEX "actions_at_idx" ON "actions"("at");

-- CreateIndex
CREATE UNIQUE INDEX "events_once_key" ON "events"("once");

-- CreateIndex
CREATE INDEX "events_order_id_idx" ON "events"("order_id");

-- CreateIndex
CREATE INDEX "events_type_id_idx" ON "events"("type", "id");

-- CreateIndex
CREATE UNIQUE INDEX "users_name_key" ON "users"("name");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_name_key" ON "api_tokens"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_token_hash_key" ON "api_tokens"("token_hash");

-- AddForeignKey
ALTER TABLE "connection_tlds" ADD CONSTRAINT "connection_tlds_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "domains" ADD CONSTRAINT "domains_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "requests" ADD CONSTRAINT "requests_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "requests" ADD CONSTRAINT "requests_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mails" ADD CONSTRAINT "mails_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mails" ADD CONSTRAINT "mails_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "requests"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verified_contents" ADD CONSTRAINT "verified_contents_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verified_contents" ADD CONSTRAINT "verified_contents_mail_id_fkey" FOREIGN KEY ("mail_id") REFERENCES "mails"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The action log is append-only, whoever asks (schema.prisma cannot say this).
CREATE FUNCTION "refuse_change_of_log"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the action log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER "actions_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "actions"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_log"();

CREATE TRIGGER "log_head_stays" BEFORE DELETE OR TRUNCATE ON "log_head"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_log"();

-- One head, before the first line (core/action-log.ts, CHAIN_START).
ALTER TABLE "log_head" ADD CONSTRAINT "log_head_one_row" CHECK ("id" = 1);
INSERT INTO "log_head" ("id", "last_id", "hash") VALUES (1, 0, repeat('0', 64));
