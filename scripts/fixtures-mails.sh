#!/bin/sh
# Makes the whole mails of replies anew, test/fixtures/PROFILE/mails: each reply of test/fixtures/PROFILE/replies as a mail that gpg
# signed with the test key of test/fixtures/openpgp, in the forms that the profile's registry signs: clear, mime or both.
#
#     scripts/fixtures-mails.sh PROFILE clear|mime ...
#
# Needs GnuPG 2.2 or newer; times are faked.
set -eu

PROFILE=$1
shift
ROOT=$(cd "$(dirname "$0")/.." && pwd)/test/fixtures
OUT=$ROOT/$PROFILE/mails
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
rm -rf "$OUT"
mkdir -p "$OUT"
gpg --batch --quiet --import "$ROOT/openpgp/keys/rsa2048.sec.asc"

sign() { gpg --batch --yes --quiet --no-tty --faked-system-time "20260601T120000!" -u rsa2048@test.example --output - "$@"; }
header() {
  printf 'Received: from mx.registry.example by mx.hoster.example; Mon, 1 Jun 2026 12:00:05 +0000\r\n'
  printf 'From: Registry robot <robot@registry.example>\r\nTo: %s-main@in.hoster.example\r\n' "$PROFILE"
  printf 'Subject: Re: your order\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\nMessage-ID: <%s@registry.example>\r\n' "$1"
  printf 'Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n'
}
clear() {
  header "$1"
  printf 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
  sign --clear-sign "$2" | sed 's/$/\r/'
}
mime() {
  part=$GNUPGHOME/part
  { printf 'Content-Type: text/plain; charset=utf-8\n\n'; cat "$2"; } | sed 's/$/\r/' > "$part"
  header "$1"
  printf 'Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol="application/pgp-signature"; boundary="=-=b"\r\n\r\n--=-=b\r\n'
  cat "$part"
  printf '\r\n--=-=b\r\nContent-Type: application/pgp-signature\r\n\r\n'
  sign --armor --detach-sign "$part" | sed 's/$/\r/'
  printf '\r\n--=-=b--\r\n'
}

for file in "$ROOT/$PROFILE"/replies/*.txt; do
  name=$(basename "$file" .txt)
  for form in "$@"; do "$form" "$name" "$file" > "$OUT/$name.$form.eml"; done
done
printf '# Line ends are part of what was signed.\n* -text\n' > "$OUT/.gitattributes"
