-- CreateTable
CREATE TABLE "refused_forms" (
    "id" UUID NOT NULL,
    "account_id" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "domain" TEXT,
    "problems" JSON NOT NULL,
    "stamp" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "refused_forms_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "refused_forms_file_key" ON "refused_forms"("account_id", "file");
