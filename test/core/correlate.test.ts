import { describe, expect, test } from 'vitest'
import { type Candidates, correlate, correlateQuestion } from '../../src/core/correlate.js'
import type { Reply } from '../../src/core/reply.js'
import type { Request } from '../../src/core/request.js'
import { aReply, aRequest, later, NOW } from '../helpers/records.js'

const nothing: Candidates = { byReference: null, byTicket: [], byDomain: [] }
const HOUR = 3_600_000
const sentRequest = (change: Partial<Request> = {}) => aRequest({ signedAt: NOW, ...change })

const find = (
  reply: Partial<Reply>,
  candidates: Partial<Candidates>,
  signedAt = later(HOUR),
  echoesReference = false,
) =>
  correlate({
    reply: aReply(reply),
    connectionId: 'connection-1',
    echoesReference,
    signedAt,
    candidates: { ...nothing, ...candidates },
  })

describe('the evidence, best first', () => {
  test('our echoed reference', () => {
    expect(find({}, { byReference: sentRequest() })).toMatchObject({ kind: 'matched', by: 'reference' })
  })

  test("the registry's ticket, where there is no reference", () => {
    expect(find({ reference: null }, { byTicket: [sentRequest()] })).toMatchObject({ kind: 'matched', by: 'ticket' })
  })

  test('the only request that waits for the domain', () => {
    const reply = { reference: null, ticket: null, domain: 'example.de' }
    expect(find(reply, { byDomain: [sentRequest()] })).toMatchObject({ kind: 'matched', by: 'domain' })
  })

  test('two requests that fit are never guessed between', () => {
    const reply = { reference: null, ticket: null, domain: 'example.de' }
    const found = find(reply, { byDomain: [sentRequest(), sentRequest({ id: 'request-2' })] })
    expect(found).toMatchObject({ kind: 'ambiguous' })
  })

  test('the action tells two requests of one domain apart', () => {
    const reply = { reference: null, ticket: null, domain: 'example.de', action: 'transfer' as const }
    const found = find(reply, { byDomain: [sentRequest(), sentRequest({ id: 'request-2', action: 'transfer' })] })
    expect(found).toMatchObject({ kind: 'matched', request: { id: 'request-2' } })
  })
})

describe('what does not fit changes nothing', () => {
  test.each<[string, Partial<Reply>, Partial<Candidates>, RegExp]>([
    [
      'an unknown reference, even where the domain would fit',
      { domain: 'example.de' },
      { byDomain: [sentRequest()] },
      /no request of ours/,
    ],
    [
      "another connection's reference",
      {},
      { byReference: sentRequest({ connectionId: 'connection-2' }) },
      /another connection/,
    ],
    ['our reference with another domain', { domain: 'other.de' }, { byReference: sentRequest() }, /names other\.de/],
    ['our reference with another action', { action: 'transfer' }, { byReference: sentRequest() }, /about transfer/],
    ['nothing to go by', { reference: null, ticket: null }, {}, /neither our reference/],
    [
      'a domain without an action, where a question and a contact wait alone',
      { reference: null, ticket: null, domain: 'example.de' },
      { byDomain: [sentRequest({ action: 'info' }), sentRequest({ id: 'request-2', action: 'create-contact' })] },
      /no request about example\.de waits/,
    ],
  ])('%s', (_, reply, candidates, reason) => {
    const found = find(reply, candidates)
    expect(found.kind).toBe('none')
    expect(found.kind === 'none' && found.reason).toMatch(reason)
  })

  describe.each<[string, Partial<Reply>, (request: Request) => Partial<Candidates>]>([
    ['reference', {}, (request) => ({ byReference: request })],
    ['ticket', { reference: null }, (request) => ({ byTicket: [request] })],
    [
      'domain',
      { reference: null, ticket: null, domain: 'example.de' },
      (request) => ({ byTicket: [], byDomain: [request] }),
    ],
  ])('by %s', (by, reply, candidates) => {
    // Placed two days before it was paid and sent.
    const request = sentRequest({ createdAt: later(-48 * HOUR), queuedAt: later(-HOUR) })

    test('a reply that was signed more than five minutes before the request was', () => {
      const found = find(reply, candidates(request), later(-5 * 60_000 - 1))
      expect(found).toMatchObject({ kind: 'none' })
      expect(found.kind === 'none' && found.reason).toMatch(/2026-03-01T09:54:59\.999Z, before the request .* was sent/)
    })

    test('but clocks may be off by five minutes', () => {
      expect(find(reply, candidates(request), later(-5 * 60_000))).toMatchObject({ kind: 'matched', by })
    })

    test('a request that never left is not what a registry answers', () => {
      expect(find(reply, candidates({ ...request, signedAt: null })).kind).toBe('none')
    })
  })

  test('by domain, another ticket than the one that the registry gave to the request', () => {
    const reply = { reference: null, ticket: 'T-2', domain: 'example.de' }
    expect(find(reply, { byDomain: [sentRequest({ ticket: 'T-1' })] }).kind).toBe('none')
    expect(find(reply, { byDomain: [sentRequest({ ticket: 'T-2' })] }).kind).toBe('matched')
    expect(find(reply, { byDomain: [sentRequest({ ticket: null })] }).kind).toBe('matched')
  })

  test('our own reference binds even where the registry gives each of its mails another ticket', () => {
    expect(find({ ticket: 'T-2' }, { byReference: sentRequest({ ticket: 'T-1' }) }).kind).toBe('matched')
  })

  test('where the registry repeats our reference, an answer without one is about somebody else', () => {
    const reply = { reference: null, ticket: null, domain: 'example.de' }
    const found = find(reply, { byDomain: [sentRequest()] }, later(HOUR), true)
    expect(found).toMatchObject({ kind: 'none' })
  })
})

describe('the question that data answer', () => {
  const asked = (change: Partial<Request> = {}) =>
    aRequest({ id: 'question-1', action: 'info', state: 'sent', signedAt: NOW, ...change })
  const find = (waiting: Request[], signedAt = later(1_000)) =>
    correlateQuestion({ domain: 'example.de', action: 'info' }, { signedAt, waiting })?.id ?? null

  test.each<[string, Request[], string | null]>([
    ['the one that waits', [asked()], 'question-1'],
    ['the one that was asked first', [asked({ id: 'question-2', createdAt: later(1) }), asked()], 'question-1'],
    ['one of another kind', [asked({ action: 'check' })], null],
    ['an order that waits', [asked({ action: 'register' })], null],
    ['one about another domain', [asked({ domain: 'example.net' })], null],
    ['one that was not signed yet', [asked({ signedAt: null })], null],
    ['one that was asked after the answer', [asked({ signedAt: later(3_600_000) })], null],
    ['none', [], null],
  ])('%s', (_, waiting, id) => {
    expect(find(waiting)).toBe(id)
  })
})
