-- CreateTable
CREATE TABLE "tld_prices" (
    "tld" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "amount" TEXT NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "tld_prices_pkey" PRIMARY KEY ("tld","action")
);
