/** The store with points before, within and after what is done with it. */
import { gathering, isArmedFor, pass } from './arms.mjs'

/** Works that are in a transaction, each with the connection that it is on. */
const running = new Set()
let begun = null

/** A transaction has begun on this connection; its works start before any other does. */
export const noteBegin = (connection) => {
  begun = connection
}

const sharing = (connection) => [...running].filter(({ on }) => on === connection)

/** At the COMMIT of it: what its works did, and how many they were; whoever hears of it too early changes nothing of that. */
export const endSharing = (connection) => {
  const works = sharing(connection)
  for (const one of works) running.delete(one)
  return { kinds: new Set(works.flatMap(({ did }) => [...did])), company: works.length }
}

/** A function with a point before it and one after it; the one after it only for results that matter. */
export const between = (before, work, after, { matters = () => true, about = () => null } = {}) => {
  let company = 0
  return async (...args) => {
    company += 1
    await pass(before, { company })
    const result = await work(...args)
    if (matters(result)) await pass(after, { company, about: about(result) })
    company -= 1
    return result
  }
}

/** Of a request as it leaves. */
export const domainIn = (raw) => /^Domain: (\S+)/m.exec(String(raw))?.[1] ?? null

const watched = (tables, one) => {
  const saw = (kind, what, about = one.about) => Object.assign(one, { about, what, did: one.did.add(kind) })
  const reached = (point) => pass(point, { about: one.about, company: sharing(one.on).length })
  return {
    ...tables,
    mails: {
      ...tables.mails,
      finish: async (...args) => {
        await tables.mails.finish(...args)
        saw('settling', 'mail finished')
        await reached('I8')
      },
      insertOutbound: async (mail) => {
        saw('marking', 'mail signed', domainIn(mail.raw))
        await reached('O2')
        return tables.mails.insertOutbound(mail)
      },
    },
    requests: {
      ...tables.requests,
      insert: async (request) => {
        await tables.requests.insert(request)
        saw('placing', 'order placed', request.domain)
        await reached('O1-within')
      },
    },
    subjects: {
      ...tables.subjects,
      save: async (subject) => {
        await tables.subjects.save(subject)
        if (subject.order.status === 'refused') saw('recording', 'order refused', subject.domain.name)
        if (subject.request.state === 'sent') saw('recording', 'request sent', subject.domain.name)
      },
    },
  }
}

/** What a transaction did, and the point after its commit. */
const AFTER = {
  'mail finished': 'I9',
  'order placed': 'O1',
  'mail signed': 'O3',
  'order refused': 'O8',
  'request sent': 'O9',
}

const armed = (together) => async (work) => {
  const one = { did: new Set(), what: null, about: null, on: null, company: 1, ended: false }
  const result = await together((tables) => runOne(one, work, tables))
  await pass(AFTER[one.what], one)
  return result
}

const runOne = async (one, work, tables) => {
  if (sharing(begun).every(({ ended }) => ended)) endSharing(begun) // of a transaction that was taken back
  running.add(Object.assign(one, { on: begun, ended: false }))
  try {
    return await work(watched(tables, one))
  } finally {
    const works = sharing(one.on)
    Object.assign(one, { ended: true, company: works.length })
    const ended = works.filter((other) => other.ended).length
    if (ended > 1 && ended < works.length)
      for (const kind of one.did) await pass(`${kind}-some`, { company: works.length })
  }
}

/** A claim is committed lazily: on the embedded database it dies with the process unless a commit after it was flushed. */
const broughtToDisk =
  (store, claim) =>
  async (...args) => {
    const claimed = await claim(...args)
    if (claimed === null || !isArmedFor('I6-kept')) return claimed
    await store.secrets.obtain('crash', Buffer.from('any'))
    await pass('I6-kept')
    return claimed
  }

const isClaim = { matters: (claim) => claim !== null }

/** The flows that the matrix is about, each transaction of them by its place in the source. */
const MATRIX = /\/flows\/(?:place-order|send-request|process-mail)\.js:\d+/

const stepOf = () => MATRIX.exec(new Error('whose').stack)?.[0] ?? null

export const watchedStore = (store) => ({
  ...store,
  mails: {
    ...store.mails,
    accept: gathering(between('I2', store.mails.accept, 'I3')),
    claim: broughtToDisk(store, between('I5', store.mails.claim, 'I6', isClaim)),
  },
  requests: {
    ...store.requests,
    claim: between('', store.requests.claim, 'O1-claimed', { ...isClaim, about: (claim) => claim.request.domain }),
  },
  together: gathering(armed(store.together), stepOf),
})
