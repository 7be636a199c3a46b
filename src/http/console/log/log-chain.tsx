import type { LogVerification } from '../../../ports.js'
import { Button } from '../frame/form-parts.js'
import { Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'

/** What is known of the log's hash chain; `entries` are all that there are now. */
export type ChainState = { last: LogVerification | null; entries: number; isRunning: boolean; mayVerify: boolean }

export const LogChain = ({ chain, words }: { chain: ChainState; words: TimeWords }) => (
  <section class="card" aria-labelledby="chain">
    <h2 id="chain">Is it whole?</h2>
    <Result chain={chain} words={words} />
    {chain.isRunning ? <p>It is being verified at this moment. Open this page again to see the result.</p> : null}
    {chain.mayVerify && !chain.isRunning ? (
      <form method="post" action="/log/verify">
        <Button>Verify now</Button>
      </form>
    ) : null}
  </section>
)

const Result = ({ chain: { last, entries }, words }: { chain: ChainState; words: TimeWords }) => {
  if (last === null) return <p>Its chain of hashes was never verified.</p>
  const at = <Time at={last.at.toISOString()} words={words} />
  if (last.broken !== null)
    return (
      <p>
        <span class="badge bad">Broken</span> At {at} the log did not hold
        {last.broken.at === null ? null : (
          <>
            {' at '}
            <a href={`/log/${last.broken.at}`}>entry {last.broken.at}</a>
          </>
        )}
        : {last.broken.reason}. Somebody wrote into the database past the log, or it is damaged: compare it with a
        backup.
      </p>
    )
  return (
    <p>
      <span class="badge good">Whole</span> {last.entries} entries were verified by {last.by} at {at};{' '}
      {Math.max(0, entries - last.entries)} came after that.
    </p>
  )
}
