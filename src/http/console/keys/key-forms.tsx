import type { Problem } from '../../../core/errors.js'
import { KEY_ALGORITHMS } from '../../../flows/generate-key.js'
import { Button, Check, Choose, Field, FilePick, Wrongs } from '../frame/form-parts.js'

export type Wrong = { text: string; problems: readonly Problem[] } | null

export type GenerateFields = Record<'name' | 'user' | 'kind' | 'expires' | 'passphraseEnv', string>

export const GeneratePage = ({ fields, wrong }: { fields: GenerateFields; wrong: Wrong }) => (
  <>
    <h1>Make a key</h1>
    {wrong === null ? null : <Wrongs {...wrong} />}
    <form class="card" method="post" action="/keys/generate">
      <GenerateFieldset fields={fields} />
      <Button kind="main">Make the key</Button>
    </form>
  </>
)

/** Also within the steps of a new connection. */
export const GenerateFieldset = ({ fields }: { fields: GenerateFields }) => (
  <>
    <Field
      name="name"
      label="Name of its file"
      hint="In the keys folder, such as hoster-main. No other file is written over."
      value={fields.name}
      required
      maxlength={100}
    />
    <Field
      name="user"
      label="Whose it is"
      hint="A name and the address that requests come from: Hoster domains <domains@hoster.example>"
      value={fields.user}
      required
      maxlength={200}
    />
    <Choose name="kind" label="Kind" value={fields.kind} options={KINDS} />
    <Field
      name="expires"
      label="Ends at"
      type="date"
      hint="Empty: never. You are warned 60 days before."
      value={fields.expires}
    />
    <PassphraseField value={fields.passphraseEnv} />
  </>
)

const PassphraseField = ({ value }: { value: string }) => (
  <Field
    name="passphraseEnv"
    label="Variable with its passphrase"
    hint="The name of an environment variable of the gateway, never the passphrase itself. Empty: none; the file can be read by the gateway's user alone."
    value={value}
    maxlength={100}
  />
)

/** As the form sends them: scheme and algorithm. */
export const KINDS = [
  ...KEY_ALGORITHMS.openpgp.map((algorithm) => ({ value: `openpgp ${algorithm}`, label: `OpenPGP, ${algorithm}` })),
  ...KEY_ALGORITHMS.x509.map((algorithm) => ({ value: `smime ${algorithm}`, label: `S/MIME, ${algorithm}` })),
]

export type ImportFields = Record<'name' | 'passphraseEnv', string>

export const ImportPage = ({ fields, wrong }: { fields: ImportFields; wrong: Wrong }) => (
  <>
    <h1>Import a key</h1>
    {wrong === null ? null : <Wrongs {...wrong} />}
    <form class="card" method="post" action="/keys/import" enctype="multipart/form-data">
      <p>
        A registry's OpenPGP key or certificate, or a private key of yours: OpenPGP, PEM, DER or PKCS#12. It is looked
        at before it is kept. Compare the fingerprint of a registry's key with what the registry tells by another way
        than mail.
      </p>
      <FilePick name="file" label="File" hint="Up to 60 KiB." />
      <Field
        name="name"
        label="Name in the keys folder"
        hint="Empty: as the file is called."
        value={fields.name}
        maxlength={100}
      />
      <PassphraseField value={fields.passphraseEnv} />
      <Check name="replace" label="It may take the place of another file of that name" />
      <p class="buttons">
        <Button kind="main">Import</Button>
      </p>
    </form>
  </>
)
