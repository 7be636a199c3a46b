#!/bin/sh
# Makes the whole mails of replies anew, test/fixtures/PROFILE/mails: each reply of test/fixtures/PROFILE/replies as a mail that gpg
# signed with the test key of test/fixtures/openpgp, in the forms that the profile's registry signs: clear, mime or both, or plain
# where it never signs. A line `=== TYPE` divides texts that are signed as one, in the form mime: what follows is a part of that
# MIME type, and of multipart/signed one that our own test key signed, as a registry gives a request back.
#
#     scripts/fixtures-mails.sh PROFILE clear|mime|plain ...
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
gpg --batch --quiet --import "$ROOT/openpgp/keys/rsa2048.sec.asc" "$ROOT/openpgp/keys/ed25519.sec.asc"

sign_by() { key=$1; shift; gpg --batch --yes --quiet --no-tty --faked-system-time "20260601T120000!" -u "$key@test.example" --output - "$@"; }
sign() { sign_by rsa2048 "$@"; }
header() {
  printf 'Received: from mx.registry.example by mx.hoster.example; Mon, 1 Jun 2026 12:00:05 +0000\r\n'
  printf 'From: Registry robot <robot@registry.example>\r\nTo: %s-main@in.hoster.example\r\n' "$PROFILE"
  printf 'Subject: Re: your order\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\nMessage-ID: <%s@registry.example>\r\n' "$1"
  printf 'Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n'
}
# A mail of a registry that never signs.
plain() {
  header "$1"
  printf 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
  sed 's/$/\r/' "$2"
}
clear() {
  header "$1"
  printf 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
  sign --clear-sign "$2" | sed 's/$/\r/'
}
leaf() { printf 'Content-Type: %s\n\n' "$1"; cat "$2"; }
given_back() {
  inner=$GNUPGHOME/inner
  leaf 'text/plain; charset=utf-8' "$1" | sed 's/$/\r/' > "$inner"
  printf 'Content-Type: multipart/signed; micalg=pgp-sha512;\n protocol="application/pgp-signature"; boundary="=-=o"\n\n--=-=o\n'
  sed 's/\r$//' "$inner"
  printf '\n--=-=o\nContent-Type: application/pgp-signature\n\n'
  sign_by ed25519 --armor --detach-sign "$inner"
  printf '\n--=-=o--\n'
}
content() {
  if ! grep -q '^=== ' "$1"; then leaf 'text/plain; charset=utf-8' "$1"; return; fi
  parts=$GNUPGHOME/parts
  rm -rf "$parts"
  mkdir "$parts"
  awk -v at="$parts" 'BEGIN { n = 0; print "text/plain" > (at "/0.type") }
    /^=== / { n++; print $2 > (at "/" n ".type"); next } { print > (at "/" n ".text") }' "$1"
  printf 'Content-Type: multipart/mixed; boundary="=-=m"\n\n'
  for text in "$parts"/*.text; do
    type=$(cat "${text%.text}.type")
    printf -- '--=-=m\n'
    if [ "$type" = multipart/signed ]; then given_back "$text"; else leaf "$type; charset=utf-8" "$text"; fi
    printf '\n'
  done
  printf -- '--=-=m--\n'
}
mime() {
  part=$GNUPGHOME/part
  content "$2" | sed 's/$/\r/' > "$part"
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
