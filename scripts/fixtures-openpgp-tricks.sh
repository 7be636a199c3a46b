#!/bin/sh
# Makes test/fixtures/openpgp/tricks anew: signatures by gpg that are weak, late, odd or over something else than a text, each
# clear-signed and as PGP/MIME where both can be. Signs with the test keys of test/fixtures/openpgp and some of its own, which
# are worthless as well. Needs GnuPG 2.2 or newer; times are faked. Takes a minute: a bomb has to be packed.
set -eu

ROOT=$(cd "$(dirname "$0")/.." && pwd)/test/fixtures/openpgp
OUT=$ROOT/tricks
MAILS=$OUT/mails
. "$(dirname "$0")/openpgp-fixtures.inc.sh"
rm -rf "$OUT"
mkdir -p "$OUT/keys" "$OUT/mails"

for key in rsa2048 ed25519 rsa1024 dsa stranger expiring subkey; do gpg_at "$SIGNED" --import "$ROOT/keys/$key.sec.asc"; done
export_key() { gpg --batch --armor --export "<$1@test.example>" > "$OUT/keys/$1.pub.asc"; }

# name, then the options of gpg: the same signature in both forms
both() {
  name=$1; shift
  clear "$UTF8" "$@" | mail "clear-$name" utf-8 8bit
  mime "mime-$name" utf-8 "$PLAIN" "$@"
}

# Weak in one thing or in two.
make_key dsa1024 dsa1024 sign; export_key dsa1024
make_key rsa1024-primary rsa1024 cert; make_subkey rsa1024-primary rsa2048 sign; export_key rsa1024-primary
make_key rsa1024-subkey rsa2048 cert; make_subkey rsa1024-subkey rsa1024 sign; export_key rsa1024-subkey
both sha1 -u "<rsa2048@test.example>" --digest-algo SHA1
both sha224 -u "<rsa2048@test.example>" --digest-algo SHA224
both ripemd160 -u "<rsa2048@test.example>" --digest-algo RIPEMD160
both md5 -u "<rsa2048@test.example>" --digest-algo MD5 --allow-weak-digest-algos
both dsa -u "<dsa@test.example>" --digest-algo SHA256
both dsa1024 -u "<dsa1024@test.example>" --digest-algo SHA256
both dsa1024-sha1 -u "<dsa1024@test.example>" --digest-algo SHA1
both rsa1024 -u "<rsa1024@test.example>" --digest-algo SHA256
both rsa1024-sha1 -u "<rsa1024@test.example>" --digest-algo SHA1
both rsa1024-primary -u "<rsa1024-primary@test.example>" --digest-algo SHA256
both rsa1024-subkey -u "<rsa1024-subkey@test.example>" --digest-algo SHA256
both ed25519-sha1 -u "<ed25519@test.example>" --digest-algo SHA1

# Times of keys and of signatures.
make_key subkey-expiring ed25519 cert; make_subkey subkey-expiring ed25519 sign 2026-07-01; export_key subkey-expiring
make_key renewed ed25519 sign 2026-07-01
both expiring -u "<expiring@test.example>"
both subkey-expiring -u "<subkey-expiring@test.example>"
both renewed -u "<renewed@test.example>"
both signature-expires -u "<rsa2048@test.example>" --default-sig-expire 1d
SIGNED=20260601T130000; both future -u "<rsa2048@test.example>"; SIGNED=20260601T120000
gpg_at 20260620T000000 --passphrase '' --quick-set-expire "$(fingerprint renewed)" 2027-07-01; export_key renewed
printf 'key 1\nrevkey\ny\n2\n\ny\nsave\n' | gpg --quiet --no-tty --command-fd 0 --pinentry-mode loopback \
  --faked-system-time '20260602T120000!' --edit-key "<subkey@test.example>" > "$GNUPGHOME/log" 2>&1
gpg --batch --armor --export "<subkey@test.example>" > "$OUT/keys/subkey-revoked.pub.asc"

# Subpackets (RFC 9580, 5.2.3), and the signer's key inside the signature.
both notation -u "<rsa2048@test.example>" --sig-notation 'order@registry.example=1'
both notation-critical -u "<rsa2048@test.example>" --sig-notation '!order@registry.example=1'
both policy-critical -u "<rsa2048@test.example>" --sig-policy-url '!http://registry.example/policy'
both key-block -u "<ed25519@test.example>" --include-key-block
both key-block-stranger -u "<stranger@test.example>" --include-key-block

# A key that may encrypt and not sign, with its private part: tests sign with it, because gpg will not.
make_key encrypting rsa2048 sign; make_subkey encrypting rsa2048 encr; export_key encrypting
gpg_at "$SIGNED" --passphrase '' --armor --export-secret-keys "<encrypting@test.example>" > "$OUT/keys/encrypting.sec.asc"

# Texts with an octet in them that programs read in different ways, signed as they are.
odd() { # name, the octets as printf takes them
  printf "RESULT: success\nSTID: 1e7d\nCTID: 47$2""11\nINFO: 0 ok\n" > "$GNUPGHOME/odd"
  clear "$GNUPGHOME/odd" -u "<rsa2048@test.example>" | mail "clear-odd-$1" utf-8 8bit
  mime "mime-odd-$1" utf-8 "$GNUPGHOME/odd" -u "<rsa2048@test.example>"
}
odd nul '\000'
odd form-feed '\014'
odd escape '\033'
odd delete '\177'
odd lone-cr '\rDomain: x'
odd next-line '\302\205'
odd line-separator '\342\200\250Domain: x'
odd paragraph-separator '\342\200\251Domain: x'
odd nbsp '\302\240'

# Signed parts that are no text, or hide one.
leaf() { # name, header, body
  { printf '%s\n\n' "$2"; printf '%s\n' "$3"; } > "$GNUPGHOME/leaf"
  mime_part "mime-part-$1" "$GNUPGHOME/leaf" -u "<rsa2048@test.example>"
}
leaf html 'Content-Type: text/html; charset=utf-8' '<p>RESULT: success</p>'
leaf mixed 'Content-Type: multipart/mixed; boundary=q' '--q
Content-Type: text/plain

RESULT: success

--q--'
leaf alternative 'Content-Type: multipart/alternative; boundary=q' '--q
Content-Type: text/plain

RESULT: success

--q
Content-Type: text/html

<p>RESULT: failed</p>

--q--'
leaf rfc822 'Content-Type: message/rfc822' 'From: robot@registry.example
Subject: reply

RESULT: success'
leaf external 'Content-Type: message/external-body; access-type=URL; URL="http://registry.example/"' 'Content-Type: text/plain
'
leaf utf7 'Content-Type: text/plain; charset=utf-7' 'RESULT: success+AAo-CTID: 4711'
leaf utf16 'Content-Type: text/plain; charset=utf-16be' 'RESULT: success'
leaf iso2022 'Content-Type: text/plain; charset=ISO-2022-JP' 'RESULT: success'
leaf two-types 'Content-Type: text/plain
Content-Type: text/html' 'RESULT: success'
leaf two-encodings 'Content-Type: text/plain
Content-Transfer-Encoding: 7bit
Content-Transfer-Encoding: base64' 'UkVTVUxUOiBzdWNjZXNzCg=='
leaf base64 'Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64' 'UkVTVUxUOiBzdWNjZXNzCkNUSUQ6IDQ3MTEK'
leaf quoted-printable 'Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable' 'RESULT: success
CTID: =34711'
leaf quoted-nul 'Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable' 'RESULT: success
CTID: 47=0011'

# What is no clear-signed text: messages with the text inside, packed, not packed, encrypted, and 1 GiB of zeros in 3 KB.
message() { name=$1; shift; gpg_at "$SIGNED" --armor --output - "$@" | mail "message-$name" utf-8 8bit; }
message packed -u "<rsa2048@test.example>" --sign "$UTF8"
message plain -u "<rsa2048@test.example>" --compress-level 0 --sign "$UTF8"
message unsigned --store "$UTF8"
message encrypted -u "<rsa2048@test.example>" -r encrypting@test.example --trust-model always --sign --encrypt "$UTF8"
head -c 1073741824 /dev/zero | message bomb -u "<ed25519@test.example>" --compress-algo bzip2 --sign

printf 'made with %s\n' "$(gpg --version | head -1)" > "$OUT/MADE-WITH"
