-- CreateTable
CREATE TABLE "log_verifications" (
    "id" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,
    "entries" INTEGER NOT NULL,
    "broken_at" TEXT,
    "reason" TEXT,

    CONSTRAINT "log_verifications_pkey" PRIMARY KEY ("id")
);
