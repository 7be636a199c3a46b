#!/bin/sh
# Makes test/fixtures/openpgp anew with gpg: keys and mails signed with them, so that the other side of our tests is not
# our own code. The keys are for tests alone: they are public, unprotected, and vouch for nothing.
# Needs GnuPG 2.2 or newer. Times are faked, so that tests do not depend on today. Afterwards make what was signed with these
# keys: fixtures-openpgp-tricks.sh and fixtures-mails.sh.
set -eu

OUT=$(cd "$(dirname "$0")/.." && pwd)/test/fixtures/openpgp
MAILS=$OUT/mails
. "$(dirname "$0")/openpgp-fixtures.inc.sh"
rm -rf "$OUT/keys" "$OUT/mails"
mkdir -p "$OUT/keys" "$OUT/mails"

REVOKED=20260602T120000
PASSPHRASE='test passphrase'

export_key() {
  gpg --batch --armor --export "$1@test.example" > "$OUT/keys/$1.pub.asc"
  gpg_at "$SIGNED" --passphrase "${2:-}" --armor --export-secret-keys "$1@test.example" > "$OUT/keys/$1.sec.asc"
}

for bits in 2048 3072 4096; do make_key "rsa$bits" "rsa$bits" sign; export_key "rsa$bits"; done
make_key ed25519 ed25519 sign; export_key ed25519
make_key stranger ed25519 sign; export_key stranger
make_key rsa1024 rsa1024 sign; export_key rsa1024
make_key dsa dsa2048 sign; export_key dsa
make_key locked ed25519 sign never "$MADE" "$PASSPHRASE"; export_key locked "$PASSPHRASE"
make_key expiring ed25519 sign 2026-07-01; export_key expiring
make_key certify-only ed25519 cert; export_key certify-only

# A primary key that only certifies and a subkey that signs; and the same without the primary's secret part.
make_key subkey ed25519 cert
make_subkey subkey ed25519 sign
export_key subkey
gpg_at "$SIGNED" --passphrase '' --armor --export-secret-subkeys subkey@test.example > "$OUT/keys/subkey-only.sec.asc"

for key in rsa2048 rsa3072 rsa4096 ed25519 subkey; do
  clear "$UTF8" -u "$key@test.example" | mail "clear-utf8-$key" utf-8 8bit
  clear "$LATIN1" -u "$key@test.example" | mail "clear-latin1-$key" iso-8859-1 8bit
done

clear "$UTF8" -u stranger@test.example | mail clear-stranger utf-8 8bit
clear "$UTF8" -u expiring@test.example | mail clear-expiring utf-8 8bit
clear "$UTF8" -u rsa1024@test.example | mail clear-rsa1024 utf-8 8bit
clear "$UTF8" -u dsa@test.example | mail clear-dsa utf-8 8bit
clear "$UTF8" -u rsa2048@test.example -u stranger@test.example | mail clear-two-signers utf-8 8bit
clear "$UTF8" -u rsa2048@test.example --digest-algo SHA1 | mail clear-sha1 utf-8 8bit
clear "$UTF8" -u rsa2048@test.example --digest-algo SHA224 | mail clear-sha224 utf-8 8bit
clear "$UTF8" -u rsa2048@test.example --digest-algo RIPEMD160 | mail clear-ripemd160 utf-8 8bit
clear "$UTF8" -u rsa2048@test.example --digest-algo SHA256 | mail clear-sha256 utf-8 8bit
clear "$UTF8" -u rsa2048@test.example --not-dash-escaped | mail clear-not-dash-escaped utf-8 8bit
clear "$UTF8" -u rsa2048@test.example --default-sig-expire 1d | mail clear-signature-expires utf-8 8bit
gpg_at "$SIGNED" --armor -u rsa2048@test.example --output - --sign "$UTF8" | mail pgp-message utf-8 8bit

for key in rsa2048 rsa3072 rsa4096 ed25519 subkey; do
  mime "mime-utf8-$key" utf-8 "$PLAIN" -u "$key@test.example"
  mime "mime-latin1-$key" iso-8859-1 "$PLAIN1" -u "$key@test.example" --textmode
done
mime mime-stranger utf-8 "$PLAIN" -u stranger@test.example
mime mime-two-signers utf-8 "$PLAIN" -u rsa2048@test.example -u stranger@test.example
mime mime-sha1 utf-8 "$PLAIN" -u rsa2048@test.example --digest-algo SHA1

# The same key, revoked after it signed, and after our tests have its mails arrive: 1 compromised, 2 superseded.
revoked() { # key, reason, file
  printf 'y\n%s\n\ny\n' "$2" | gpg --quiet --no-tty --command-fd 0 --pinentry-mode loopback --faked-system-time "$REVOKED!" \
    --output "$GNUPGHOME/revocation" --yes --gen-revoke "$1@test.example" 2> /dev/null
  cp -r "$GNUPGHOME" "$GNUPGHOME.copy"
  gpg_at "$REVOKED" --homedir "$GNUPGHOME.copy" --import "$GNUPGHOME/revocation"
  gpg --batch --homedir "$GNUPGHOME.copy" --armor --export "$1@test.example" > "$OUT/keys/$3.pub.asc"
  GNUPGHOME="$GNUPGHOME.copy" gpgconf --kill all
  rm -rf "$GNUPGHOME.copy"
}
revoked ed25519 1 revoked-compromised
revoked ed25519 2 revoked-superseded
printf 'made with %s\n' "$(gpg --version | head -1)" > "$OUT/MADE-WITH"
cat > "$OUT/README.md" <<'TEXT'
# Test keys: worthless on purpose

Everything here is made by `scripts/fixtures-openpgp.sh` and is public. No key here may be trusted or used outside tests.
`keys/*.sec.asc` are unprotected private keys (`locked` has the passphrase `test passphrase`), made at 2026-01-01 00:00 UTC;
`expiring` ends on 2026-07-01. `mails/` were signed by gpg at 2026-06-01 12:00 UTC, one mail for each case that its name says.
`tricks/` is made by `scripts/fixtures-openpgp-tricks.sh` with these keys and some of its own: mails that nobody may believe, or
only where a connection allows a weak signature by name.
TEXT
