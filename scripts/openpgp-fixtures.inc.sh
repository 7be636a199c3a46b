# Read by the scripts that make OpenPGP fixtures: a gpg with a key ring of its own and a faked clock, the texts and the
# two forms of signed mail. Sets GNUPGHOME; the caller sets MAILS, the folder that mails go to.

GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT

MADE=20260101T000000
SIGNED=20260601T120000

# One text for clear-signing, with blanks at line ends, and one for PGP/MIME, without; both in UTF-8 and in Latin-1.
UTF8=$GNUPGHOME/utf8.txt
printf 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nFrom Köln with blanks  \t\nINFO: 0 Bücher für Müller\n' > "$UTF8"
LATIN1=$GNUPGHOME/latin1.txt
iconv -f utf-8 -t iso-8859-1 "$UTF8" > "$LATIN1"
PLAIN=$GNUPGHOME/plain.txt
grep -v blanks "$UTF8" > "$PLAIN"
PLAIN1=$GNUPGHOME/plain1.txt
iconv -f utf-8 -t iso-8859-1 "$PLAIN" > "$PLAIN1"

# time, then what gpg is to do
gpg_at() { at=$1; shift; gpg --batch --yes --quiet --no-tty --pinentry-mode loopback --faked-system-time "$at!" "$@"; }

# name, algorithm, usage, expiry, creation time, passphrase
make_key() {
  gpg_at "${5:-$MADE}" --passphrase "${6:-}" --quick-generate-key "Sealpost test key $1 <$1@test.example>" "$2" "$3" "${4:-never}"
}
# name, algorithm, usage, expiry: a subkey of a key that is there
make_subkey() { gpg_at "$MADE" --passphrase '' --quick-add-key "$(fingerprint "$1")" "$2" "$3" "${4:-never}"; }
fingerprint() { gpg --batch --with-colons --list-keys "<$1@test.example>" | awk -F: '$1 == "fpr" { print $10; exit }'; }

# text, then the options of gpg
clear() { text=$1; shift; gpg_at "$SIGNED" --output - "$@" --clear-sign "$text"; }

# name, charset, transfer encoding; body from standard input
mail() {
  { printf 'From: robot@registry.example\nTo: gateway@in.hoster.example\nSubject: reply\nMessage-ID: <%s@registry.example>\n' "$1"
    printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n' "$2" "$3"
    cat; } > "$MAILS/$1.eml"
}

# name, charset, text, then the options of gpg: PGP/MIME around a text
mime() {
  name=$1 charset=$2 text=$3; shift 3
  { printf 'Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: 8bit\n\n' "$charset"; cat "$text"; } > "$GNUPGHOME/leaf"
  mime_part "$name" "$GNUPGHOME/leaf" "$@"
}

# name, file with the signed part, then the options of gpg. The part gets CRLF line ends, as RFC 3156 demands of what is
# signed.
mime_part() {
  name=$1 part=$GNUPGHOME/part; sed 's/$/\r/' "$2" > "$part"; shift 2
  { printf 'From: robot@registry.example\r\nTo: gateway@in.hoster.example\r\nSubject: reply\r\nMIME-Version: 1.0\r\n'
    printf 'Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol="application/pgp-signature"; boundary="=-=b"\r\n\r\n--=-=b\r\n'
    cat "$part"
    printf '\r\n--=-=b\r\nContent-Type: application/pgp-signature; name="signature.asc"\r\n\r\n'
    gpg_at "$SIGNED" --armor --output - "$@" --detach-sign "$part" | sed 's/$/\r/'
    printf '\r\n--=-=b--\r\n'; } > "$MAILS/$name.eml"
}
