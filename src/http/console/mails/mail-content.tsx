import { Facts } from '../frame/parts.js'
import type { MailPageProps } from './mail-page.js'

/** What is in a mail, in one of the ways to look at it. */
export const MailContent = ({ mail, raw, shown, sight }: MailPageProps) => (
  <section class="card" aria-labelledby="content">
    <h2 id="content">{TITLES[sight]}</h2>
    {'reason' in raw ? (
      <p class="soft">It cannot be shown: {raw.reason}.</p>
    ) : (
      <>
        <p>
          <a href={`/mails/${encodeURIComponent(mail.id)}/raw`}>Download the mail ({mail.size} octets)</a>
        </p>
        <Sight {...{ raw, shown, sight }} />
      </>
    )}
  </section>
)

const TITLES = { text: 'What it says', header: 'Its header', octets: 'The mail itself' } as const

type SightProps = Pick<MailPageProps, 'shown' | 'sight'> & { raw: { text: string; cut: boolean } }

const Sight = ({ raw, shown, sight }: SightProps) => {
  if (sight === 'octets') return <Octets {...raw} />
  if (shown === null)
    return (
      <>
        <p class="soft">It cannot be decoded: it is too large, or it took too long. These are its octets.</p>
        <Octets {...raw} />
      </>
    )
  return sight === 'header' ? <pre>{shown.headers.join('\n')}</pre> : <Decoded shown={shown} />
}

const Octets = ({ text, cut }: { text: string; cut: boolean }) => (
  <>
    <pre>{text}</pre>
    {cut ? <p class="soft">Only the first 256 KiB are shown.</p> : null}
  </>
)

/** The header is the sender's own word, signed or not: what counts is above, in the verdict. */
const Decoded = ({ shown }: { shown: NonNullable<MailPageProps['shown']> }) => (
  <>
    <Facts
      facts={[
        ['Subject', shown.subject ?? 'none'],
        ['From', shown.from ?? 'nobody'],
        ['To', shown.to ?? 'nobody'],
        ...shown.attachments.map(
          ({ name, type, octets }) => ['Attached', `${name ?? 'without a name'} (${type}, ${octets} octets)`] as const,
        ),
      ]}
    />
    <pre>{shown.text.trimEnd() || 'There is no text in it.'}</pre>
    {shown.signedText === null ? null : (
      <details>
        <summary>The part of it that the signature covers</summary>
        <pre>{shown.signedText}</pre>
      </details>
    )}
  </>
)
