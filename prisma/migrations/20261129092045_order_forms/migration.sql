-- CreateTable
CREATE TABLE "order_forms" (
    "order_id" UUID NOT NULL,
    "file" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "octets" BYTEA,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_forms_pkey" PRIMARY KEY ("order_id")
);

-- AddForeignKey
ALTER TABLE "order_forms" ADD CONSTRAINT "order_forms_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Octets and digest belong together, and go only with the time when they were erased.
ALTER TABLE "order_forms" ADD CONSTRAINT "order_forms_octets" CHECK (
  ("octets" IS NULL) = ("erased_at" IS NOT NULL)
  AND ("octets" IS NULL OR ("sha256" = encode(sha256("octets"), 'hex') AND "size" = octet_length("octets")))
);

CREATE FUNCTION "refuse_change_of_form"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a form is kept as it was: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER "order_forms_stay" BEFORE DELETE OR TRUNCATE ON "order_forms"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_form"();

-- Erasure alone: all other columns stay.
CREATE TRIGGER "order_forms_unchanged" BEFORE UPDATE ON "order_forms" FOR EACH ROW
  WHEN (NOT (OLD."octets" IS NOT NULL AND NEW."octets" IS NULL
    AND (OLD."order_id", OLD."file", OLD."sha256", OLD."size", OLD."taken_at")
      IS NOT DISTINCT FROM (NEW."order_id", NEW."file", NEW."sha256", NEW."size", NEW."taken_at")))
  EXECUTE FUNCTION "refuse_change_of_form"();
