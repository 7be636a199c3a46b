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
  openssl req -new -config /dev/null -key "$KEYS/$1.key.pem" -subj "/CN=$3" -out "$DB/csr" 2> /dev/null \
    || openssl req -new -key "$KEYS/$1.key.pem" -subj "/CN=$3" -out "$DB/csr"
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
  issued issued-nul-name ca "$(named 'DER:30:20:81:1e:72:6f:62:6f:74:40:72:65:67:69:73:74:72:79:2e:65:78:61:6d:70:6c:65:00:2e:65:76:69:6c:00:00')"
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
