#!/bin/sh
# Makes test/fixtures/openpgp anew with gpg: keys and mails signed with them, so that the other side of our tests is not
# our own code. The keys are for tests alone: they are public, unprotected, and vouch for nothing.
# Needs GnuPG 2.2 or newer. Times are faked, so that tests do not depend on today.
set -eu

OUT=$(cd "$(dirname "$0")/.." && pwd)/test/fixtures/openpgp
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
rm -rf "$OUT/keys" "$OUT/mails"
mkdir -p "$OUT/keys" "$OUT/mails"

MADE=20260101T000000
SIGNED=20260601T120000
REVOKED=20260602T120000
PASSPHRASE='test passphrase'

gpg_at() { at=$1; shift; gpg --batch --yes --quiet --no-tty --pinentry-mode loopback --faked-system-time "$at!" "$@"; }

# name, algorithm, usage, expiry, creation time, passphrase
make_key() {
  gpg_at "${5:-$MADE}" --passphrase "${6:-}" --quick-generate-key "Sealpost test key $1 <$1@test.example>" "$2" "$3" "${4:-never}"
}
fingerprint() { gpg --batch --with-colons --list-keys "$1@test.example" | awk -F: '$1 == "fpr" { print $10; exit }'; }
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
gpg_at "$MADE" --passphrase '' --quick-add-key "$(fingerprint subkey)" ed25519 sign never
export_key subkey
gpg_at "$SIGNED" --passphrase '' --armor --export-secret-subkeys subkey@test.example > "$OUT/keys/subkey-only.sec.asc"

# text, then the options of gpg
clear() { text=$1; shift; gpg_at "$SIGNED" --output - "$@" --clear-sign "$text"; }
mail() { # name, charset, transfer encoding; body from standard input
  { printf 'From: robot@registry.example\nTo: gateway@in.hoster.example\nSubject: reply\nMessage-ID: <%s@registry.example>\n' "$1"
    printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n' "$2" "$3"
    cat; } > "$OUT/mails/$1.eml"
}

UTF8=$GNUPGHOME/utf8.txt
LATIN1=$GNUPGHOME/latin1.txt
printf 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nFrom Köln with blanks  \t\nINFO: 0 Bücher für Müller\n' > "$UTF8"
iconv -f utf-8 -t iso-8859-1 "$UTF8" > "$LATIN1"

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

# PGP/MIME: part 1 has CRLF line ends, as RFC 3156 demands of what is signed.
mime() { # name, charset, text, then the options of gpg
  name=$1 charset=$2 text=$3; shift 3
  part=$GNUPGHOME/part
  { printf 'Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: 8bit\n\n' "$charset"; cat "$text"; } | sed 's/$/\r/' > "$part"
  { printf 'From: robot@registry.example\r\nTo: gateway@in.hoster.example\r\nSubject: reply\r\nMIME-Version: 1.0\r\n'
    printf 'Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol="application/pgp-signature"; boundary="=-=b"\r\n\r\n--=-=b\r\n'
    cat "$part"
    printf '\r\n--=-=b\r\nContent-Type: application/pgp-signature; name="signature.asc"\r\n\r\n'
    gpg_at "$SIGNED" --armor --output - "$@" --detach-sign "$part" | sed 's/$/\r/'
    printf '\r\n--=-=b--\r\n'; } > "$OUT/mails/$name.eml"
}

PLAIN=$GNUPGHOME/plain.txt
grep -v blanks "$UTF8" > "$PLAIN"
PLAIN1=$GNUPGHOME/plain1.txt
iconv -f utf-8 -t iso-8859-1 "$PLAIN" > "$PLAIN1"
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
TEXT
