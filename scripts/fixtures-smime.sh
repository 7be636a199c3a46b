#!/bin/sh
# Makes test/fixtures/smime anew with openssl: keys, certificates, and mails signed with them, so that the other side of our
# tests is not our own code. The keys are for tests alone: they are public, unprotected, and vouch for nothing.
# Needs OpenSSL 3.0 or newer. It signs with the time of the run, which the file SIGNED-AT holds.
#
#     scripts/fixtures-smime.sh          keys, certificates and mails
#     scripts/fixtures-smime.sh mails    mails alone, with the keys that are there
set -eu

OUT=$(cd "$(dirname "$0")/.." && pwd)/test/fixtures/smime
KEYS=$OUT/keys
MAILS=$OUT/mails
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

FROM=20260101000000Z
UNTIL=20360101000000Z
LONG_AGO=20260201000000Z
SOON=$(date -u -d '30 days' +%Y%m%d%H%M%SZ)
REGISTRY=robot@registry.example
PASSPHRASE=test

# name, algorithm
make_key() {
  case $2 in
    rsa*) openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${2#rsa}" -out "$KEYS/$1.key.pem" ;;
    pss*) openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt "rsa_keygen_bits:${2#pss}" -out "$KEYS/$1.key.pem" ;;
    P-*) openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$KEYS/$1.key.pem" ;;
    *) openssl genpkey -quiet -algorithm "$2" -out "$KEYS/$1.key.pem" ;;
  esac
}

cat > "$TMP/ca.cnf" <<'CNF'
[ca]
default_ca = any
[any]
database = $ENV::DB/index
serial = $ENV::DB/serial
new_certs_dir = $ENV::DB
unique_subject = no
policy = names
email_in_dn = no
copy_extensions = none
[names]
commonName = supplied
CNF

# name, issuer (a name, or self), common name, end, extensions, digest
SERIAL=4096
make_cert() {
  SERIAL=$((SERIAL + 1))
  DB=$TMP/db-$SERIAL
  export DB
  mkdir "$DB"
  : > "$DB/index"
  printf '%X\n' "$SERIAL" > "$DB/serial"
  printf '[ext]\n%s\n' "$5" > "$DB/ext"
  openssl req -new -key "$KEYS/$1.key.pem" -subj "/CN=$3" -out "$DB/csr"
  if [ "$2" = self ]; then by="-selfsign -keyfile $KEYS/$1.key.pem"; else by="-cert $KEYS/$2.crt.pem -keyfile $KEYS/$2.key.pem"; fi
  # shellcheck disable=SC2086
  openssl ca -batch -notext -config "$TMP/ca.cnf" $by -startdate "$FROM" -enddate "$4" -md "${6:-sha256}" \
    -extfile "$DB/ext" -extensions ext -in "$DB/csr" -out "$KEYS/$1.crt.pem" 2> "$DB/log" || { cat "$DB/log"; exit 1; }
}

SIGNER='basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash'
named() { printf '%s\nsubjectAltName = %s\n' "$SIGNER" "${1:-email:$REGISTRY}"; }
# name, algorithm, end: a certificate that signs itself
leaf() { make_key "$1" "$2"; make_cert "$1" self "Sealpost test $1" "${3:-$UNTIL}" "$(named)"; }
AUTHORITY='basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash'
# name, issuer, extensions, end, digest: a certificate that an authority issued
issued() { make_key "$1" rsa2048; make_cert "$1" "$2" "Sealpost test $1" "${4:-$UNTIL}" "$3" "${5:-sha256}"; }

make_keys() {
  rm -rf "$KEYS"
  mkdir -p "$KEYS"
  for bits in 1024 2048 3072 4096; do leaf "rsa$bits" "rsa$bits"; done
  leaf rsa-pss pss2048
  leaf p256 P-256; leaf p384 P-384; leaf p521 P-521; leaf ed25519 ed25519
  leaf stranger rsa2048
  leaf expired rsa2048 "$LONG_AGO"
  leaf expiring rsa2048 "$SOON"
  # The key of rsa2048 in a second certificate, as after a renewal.
  cp "$KEYS/rsa2048.key.pem" "$KEYS/renewed.key.pem"
  make_cert renewed self 'Sealpost test renewed' "$UNTIL" "$(named)"

  make_key ca rsa2048; make_cert ca self 'Sealpost test authority' "$UNTIL" "$AUTHORITY"
  make_key ca-p256 P-256; make_cert ca-p256 self 'Sealpost test authority P-256' "$UNTIL" "$AUTHORITY"
  make_key ca-evil rsa2048; make_cert ca-evil self 'Sealpost test authority' "$UNTIL" "$AUTHORITY"
  make_key ca-expired rsa2048; make_cert ca-expired self 'Sealpost test expired authority' "$LONG_AGO" "$AUTHORITY"
  make_key ca-no-signing rsa2048
  make_cert ca-no-signing self 'Sealpost test authority that may not issue' "$UNTIL" \
    "$(printf 'basicConstraints = critical,CA:TRUE\nkeyUsage = critical,digitalSignature\n')"
  make_key ca-rsa1024 rsa1024; make_cert ca-rsa1024 self 'Sealpost test small authority' "$UNTIL" "$AUTHORITY"

  issued issued-good ca "$(named)"
  issued issued-p256-good ca-p256 "$(named)"
  issued issued-two-names ca "$(named "email:noc@registry.example,email:ROBOT@Registry.Example")"
  issued issued-other-name ca "$(named email:robot@other.example)"
  issued issued-other-user ca "$(named email:rob@registry.example)"
  issued issued-no-name ca "$SIGNER"
  issued issued-dns-name ca "$(named DNS:registry.example)"
  issued issued-nul-name ca "$(named 'DER:30:1e:81:1c:72:6f:62:6f:74:40:72:65:67:69:73:74:72:79:2e:65:78:61:6d:70:6c:65:00:2e:65:76:69:6c')"
  issued issued-server-auth-only ca "$(named | sed 's/emailProtection/serverAuth/')"
  issued issued-any-purpose ca "$(named | sed 's/emailProtection/anyExtendedKeyUsage/')"
  issued issued-no-purpose ca "$(named | sed '/extendedKeyUsage/d')"
  issued issued-encryption-only ca "$(named | sed 's/critical,digitalSignature/critical,keyEncipherment/')"
  issued issued-non-repudiation ca "$(named | sed 's/critical,digitalSignature/critical,nonRepudiation/')"
  issued issued-no-usage ca "$(named | sed '/keyUsage = critical/d; /basicConstraints/d')"
  issued issued-critical ca "$(named; printf '1.2.3.4.5 = critical,ASN1:UTF8String:what is this\n')"
  issued issued-odd ca "$(named; printf '1.2.3.4.5 = ASN1:UTF8String:what is this\n')"
  issued issued-expired ca "$(named)" "$LONG_AGO"
  issued sha1-signed ca "$(named)" "$UNTIL" sha1
  issued issued-by-evil ca-evil "$(named)"
  issued issued-by-expired ca-expired "$(named)"
  issued issued-by-no-signing ca-no-signing "$(named)"
  issued issued-by-rsa1024 ca-rsa1024 "$(named)"
  issued issued-authority ca "$(printf '%s\nextendedKeyUsage = emailProtection\nsubjectAltName = email:%s\n' "$AUTHORITY" "$REGISTRY" | sed 's/keyCertSign/digitalSignature,keyCertSign/')"
  issued issued-below ca "$AUTHORITY"
  issued issued-deep issued-below "$(named)"

  for name in rsa2048 p256; do
    openssl pkcs12 -export -inkey "$KEYS/$name.key.pem" -in "$KEYS/$name.crt.pem" -passout pass: -out "$KEYS/$name.p12"
  done
  openssl pkcs12 -export -inkey "$KEYS/rsa3072.key.pem" -in "$KEYS/rsa3072.crt.pem" -passout "pass:$PASSPHRASE" -out "$KEYS/locked.p12"
  openssl pkcs12 -export -inkey "$KEYS/issued-good.key.pem" -in "$KEYS/issued-good.crt.pem" -certfile "$KEYS/ca.crt.pem" \
    -passout "pass:$PASSPHRASE" -out "$KEYS/chain.p12"
  openssl pkcs12 -export -inkey "$KEYS/p256.key.pem" -in "$KEYS/p256.crt.pem" -passout "pass:$PASSPHRASE" -out "$KEYS/locked-p256.p12"
  openssl pkcs12 -export -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -inkey "$KEYS/rsa2048.key.pem" \
    -in "$KEYS/rsa2048.crt.pem" -passout "pass:$PASSPHRASE" -out "$KEYS/old-ciphers.p12"
  openssl pkey -in "$KEYS/rsa3072.key.pem" -aes256 -passout "pass:$PASSPHRASE" -out "$KEYS/locked.key.pem"
  cp "$KEYS/rsa3072.crt.pem" "$KEYS/locked.crt.pem"
  chmod 644 "$KEYS"/*
}

[ "${1:-all}" = mails ] || make_keys

# Mails: name, certificate and key, content, then the options of openssl. What goes over SMTP has CRLF.
mail() {
  name=$1 key=$2 part=$3; shift 3
  openssl cms -sign -in "$part" -signer "$KEYS/$key.crt.pem" -inkey "$KEYS/$key.key.pem" \
    -from "$REGISTRY" -to gateway@in.hoster.example -subject reply -out "$TMP/mail" "$@"
  crlf < "$TMP/mail" > "$MAILS/$name.eml"
}
crlf() { sed 's/\r$//; s/$/\r/'; }

make_mails() {
  rm -rf "$MAILS"
  mkdir -p "$MAILS"
  UTF8=$TMP/utf8
  LATIN1=$TMP/latin1
  HTML=$TMP/html
  { printf 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n'
    printf 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nINFO: 0 Bücher für Müller\n'; } > "$UTF8"
  sed 's/utf-8/iso-8859-1/' "$UTF8" | iconv -f utf-8 -t iso-8859-1 > "$LATIN1"
  sed 's/plain/html/' "$UTF8" > "$HTML"
  date -u +%Y-%m-%dT%H:%M:%SZ > "$OUT/SIGNED-AT"

  for key in rsa2048 rsa3072 rsa4096 p256; do
    mail "detached-utf8-$key" "$key" "$UTF8"
    mail "detached-latin1-$key" "$key" "$LATIN1" -nocerts
    mail "opaque-utf8-$key" "$key" "$UTF8" -nodetach
    mail "opaque-latin1-$key" "$key" "$LATIN1" -nodetach -nocerts
  done
  for key in p384 p521 stranger renewed expiring expired; do mail "detached-$key" "$key" "$UTF8"; done
  for key in issued-good issued-p256-good issued-two-names issued-other-name issued-other-user issued-no-name \
    issued-dns-name issued-nul-name issued-server-auth-only issued-any-purpose issued-no-purpose \
    issued-encryption-only issued-non-repudiation issued-no-usage issued-critical issued-odd issued-expired sha1-signed \
    issued-by-evil issued-by-expired issued-by-no-signing issued-by-rsa1024 issued-authority ca; do
    mail "detached-$key" "$key" "$UTF8"
  done
  mail detached-issued-deep issued-deep "$UTF8" -certfile "$KEYS/issued-below.crt.pem"
  mail detached-issued-good-nocerts issued-good "$UTF8" -nocerts
  mail opaque-issued-good issued-good "$UTF8" -nodetach
  mail detached-rsa-pss rsa-pss "$UTF8" -keyopt rsa_padding_mode:pss
  mail detached-key-id rsa2048 "$UTF8" -keyid
  mail detached-sha384 rsa2048 "$UTF8" -md sha384
  mail detached-sha512 p256 "$UTF8" -md sha512
  for digest in 256 384 512; do mail "detached-pss-sha$digest" rsa2048 "$UTF8" -md "sha$digest" -keyopt rsa_padding_mode:pss; done
  mail opaque-pss rsa3072 "$UTF8" -nodetach -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32

  # What must not pass.
  mail detached-stranger-nocerts stranger "$UTF8" -nocerts
  mail detached-rsa1024 rsa1024 "$UTF8"
  mail detached-sha1 rsa2048 "$UTF8" -md sha1
  mail detached-sha1-ec p256 "$UTF8" -md sha1
  mail detached-sha224 rsa2048 "$UTF8" -md sha224
  mail detached-md5 rsa2048 "$UTF8" -md md5
  mail detached-no-attributes rsa2048 "$UTF8" -noattr
  mail detached-two-signers rsa2048 "$UTF8" -signer "$KEYS/stranger.crt.pem" -inkey "$KEYS/stranger.key.pem"
  mail detached-same-signer-twice rsa2048 "$UTF8" -signer "$KEYS/rsa2048.crt.pem" -inkey "$KEYS/rsa2048.key.pem" -md sha512 -nocerts
  mail detached-html rsa2048 "$HTML"
  mail opaque-html rsa2048 "$HTML" -nodetach
  mail opaque-other-content rsa2048 "$UTF8" -nodetach -econtent_type pkcs7-envelopedData
  # In pieces of indefinite length, as BER has it and DER does not.
  mail opaque-streamed rsa2048 "$UTF8" -nodetach -stream
  cms_mail opaque-enveloped enveloped-data -encrypt -in "$UTF8" -aes256 "$KEYS/rsa2048.crt.pem"
  openssl crl2pkcs7 -nocrl -certfile "$KEYS/rsa2048.crt.pem" -outform DER -out "$TMP/certificates"
  wrap certs-only < "$TMP/certificates" > "$MAILS/opaque-certs-only.eml"
  wrap signed-data < "$TMP/certificates" > "$MAILS/opaque-no-signers.eml"
  openssl cms -data_create -in "$UTF8" -outform DER | wrap signed-data > "$MAILS/opaque-bare-data.eml"
  # A signed mail around a signed mail.
  mail opaque-nested rsa2048 "$MAILS/detached-utf8-rsa2048.eml" -nodetach
}

# name, smime-type, then the options of openssl
cms_mail() { name=$1 kind=$2; shift 2; openssl cms -outform DER "$@" | wrap "$kind" > "$MAILS/$name.eml"; }
# smime-type; DER from standard input
wrap() {
  { printf 'To: gateway@in.hoster.example\nFrom: %s\nSubject: reply\nMIME-Version: 1.0\n' "$REGISTRY"
    printf 'Content-Type: application/pkcs7-mime; smime-type=%s; name="smime.p7m"\nContent-Transfer-Encoding: base64\n\n' "$1"
    openssl base64; } | crlf
}

make_mails
printf 'made with %s\n' "$(openssl version | cut -d' ' -f1,2)" > "$OUT/MADE-WITH"
cat > "$OUT/README.md" <<'TEXT'
# Test keys: worthless on purpose

Everything here is made by `scripts/fixtures-smime.sh` and is public. No key here may be trusted or used outside tests.
`keys/NAME.key.pem` are unprotected private keys and `keys/NAME.crt.pem` their certificates, valid from 2026-01-01 to
2036-01-01; `expired` and the like ended on 2026-02-01, and `expiring` ends 30 days after it was made. `ca*` are authorities,
`issued-*` certificates that `ca` issued, but where the name says another one; most are wrong in the one way that their name
says. `locked.key.pem`, `locked*.p12`, `chain.p12` and `old-ciphers.p12` have the passphrase `test`, `rsa2048.p12` and
`p256.p12` an empty one.

`mails/` were signed by openssl at the time in `SIGNED-AT` or some seconds later, one mail for each case that its name says.
TEXT
