-- By itself: a value of an enum can be used only after the transaction that adds it.
-- AlterEnum
ALTER TYPE "order_status" ADD VALUE 'awaiting-approval' BEFORE 'queued';
