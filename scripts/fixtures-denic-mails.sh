#!/bin/sh
# Makes test/fixtures/denic/mails anew: each reply of test/fixtures/denic/replies as a whole mail that gpg signed with the
# test key of test/fixtures/openpgp, clear-signed and as PGP/MIME. Needs GnuPG 2.2 or newer; times are faked.
set -eu

ROOT=$(cd "$(dirname "$0")/.." && pwd)/test/fixtures
OUT=$ROOT/denic/mails
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
rm -rf "$OUT"
mkdir -p "$OUT"
gpg --batch --quiet --import "$ROOT/openpgp/keys/rsa2048.sec.asc"

sign() { gpg --batch --yes --quiet --no-tty --faked-system-time "20260601T120000!" -u rsa2048@test.example --output - "$@"; }
header() {
  printf 'Received: from mx.registry.example by mx.hoster.example; Mon, 1 Jun 2026 12:00:05 +0000\r\n'
  printf 'From: Registry robot <robot@registry.example>\r\nTo: denic-main@in.hoster.example\r\n'
  printf 'Subject: Re: your order\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\nMessage-ID: <%s@registry.example>\r\n' "$1"
  printf 'Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n'
}

for file in "$ROOT"/denic/replies/*.txt; do
  name=$(basename "$file" .txt)
  { header "$name"
    printf 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    sign --clear-sign "$file" | sed 's/$/\r/'; } > "$OUT/$name.clear.eml"
  part=$GNUPGHOME/part
  { printf 'Content-Type: text/plain; charset=utf-8\n\n'; cat "$file"; } | sed 's/$/\r/' > "$part"
  { header "$name"
    printf 'Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol="application/pgp-signature"; boundary="=-=b"\r\n\r\n--=-=b\r\n'
    cat "$part"
    printf '\r\n--=-=b\r\nContent-Type: application/pgp-signature\r\n\r\n'
    sign --armor --detach-sign "$part" | sed 's/$/\r/'
    printf '\r\n--=-=b--\r\n'; } > "$OUT/$name.mime.eml"
done
printf '# Line ends are part of what was signed.\n* -text\n' > "$OUT/.gitattributes"
