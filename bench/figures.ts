import { bareSmtpServer, gpgAlone, openpgpAlone } from './anchors.js'
import { type Algorithm, newKey, orderBody, REPLY_TO, readRequest, replyMails, someMail } from './mails.js'
import { type Backend, call } from './place.js'
import { hasPostfix, runSmtpSource, startPostfix } from './postfix.js'
import type { Figure } from './report.js'
import { sendAll } from './smtp-load.js'
import { metric, openStage, pause, placeOrders, type Stage, until } from './stage.js'

const CONNECTIONS = 20
const OCTETS = 3_000

/** Mails a second that are on disk and answered with 250. */
export const accept = async (backends: readonly Backend[], mails: number): Promise<Figure[]> => {
  const withPostfix = hasPostfix()
  const load = async (port: number): Promise<number> => {
    if (withPostfix)
      return mails / (await runSmtpSource({ port, to: REPLY_TO, mails, octets: OCTETS, connections: CONNECTIONS }))
    const made = Array.from({ length: mails }, someMail)
    const begin = performance.now()
    await sendAll(port, made, CONNECTIONS)
    return mails / ((performance.now() - begin) / 1_000)
  }
  const anchors = [{ name: 'bare smtp-server (own load)', value: await bareSmtpServer(mails, CONNECTIONS) }]
  if (withPostfix) {
    const postfix = await startPostfix()
    anchors.unshift({ name: `Postfix ${postfix.version}`, value: await load(postfix.port) })
    postfix.stop()
  }
  const figures: Figure[] = []
  for (const backend of backends) {
    const stage = await openStage({ backend })
    await load(stage.smtpPort)
    figures.push({
      name: 'durable accept, 20 connections, 3 KB',
      backend,
      value: await load(stage.smtpPort),
      unit: 'mails/s',
      anchors,
    })
    await stage.end()
  }
  return figures
}

/** Fills the sink with requests and resolves to their references. */
const fileOrders = async (stage: Stage, from: number, count: number): Promise<string[]> => {
  const before = stage.sink.mails.length
  await placeOrders(stage, { from, count, atOnce: 20 })
  await stage.sink.count(before + count)
  return stage.sink.mails.slice(before).map(({ raw }) => readRequest(raw).reference)
}

const registered = (stage: Stage): Promise<number> => metric(stage, 'sealpost_domains{status="Registered"}')

/** Replies a second from the first octet to the last domain that is Registered. */
export const settle = async (options: { backend: Backend; workers?: number }, replies: number): Promise<number> => {
  const stage = await openStage(options)
  const mails = await replyMails(await fileOrders(stage, 0, replies), stage.registryKey)
  const begin = performance.now()
  await sendAll(stage.smtpPort, mails, CONNECTIONS)
  await until(async () => (await registered(stage)) >= replies)
  const seconds = (performance.now() - begin) / 1_000
  await stage.end()
  return replies / seconds
}

/** Requests a second from the release of what is queued to the last that the registry's server has. */
export const handOver = async (
  options: { backend: Backend; algorithm: Algorithm; workers?: number },
  orders: number,
): Promise<number> => {
  const stage = await openStage(options)
  await fileOrders(stage, 0, 20)
  await pause(stage, 'pause')
  await placeOrders(stage, { from: 20, count: orders, atOnce: 20 })
  const begin = performance.now()
  await pause(stage, 'resume')
  await stage.sink.count(20 + orders)
  const seconds = (performance.now() - begin) / 1_000
  await stage.end()
  return orders / seconds
}

/** Milliseconds from the answer 202 to the registry's final dot, at a steady pace. */
export const latency = async (backend: Backend, perSecond: number, orders: number) => {
  const stage = await openStage({ backend })
  await fileOrders(stage, 0, 20)
  const accepted = new Map<string, number>()
  const placed: Promise<void>[] = []
  for (let number = 20; number < 20 + orders; number++) {
    const body = orderBody(number)
    const answer = call(stage.http, 'POST', '/v1/orders', body).then(
      () => void accepted.set(body.domain, performance.now()),
    )
    placed.push(answer)
    await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond))
  }
  await Promise.all(placed)
  await stage.sink.count(20 + orders)
  const took = stage.sink.mails.slice(20).map(({ at, raw }) => at - (accepted.get(readRequest(raw).domain) ?? at))
  await stage.end()
  took.sort((one, other) => one - other)
  const at = (share: number) => Math.max(0, took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0)
  return { p50: at(0.5), p99: at(0.99) }
}

export const cryptoAnchors = async (algorithm: Algorithm, work: 'sign' | 'verify') => {
  const key = await newKey(algorithm)
  const [reply] = await replyMails(['bench'], key)
  const signed = (reply?.raw ?? '').split('\r\n\r\n').slice(1).join('\r\n\r\n')
  const gpg = gpgAlone(work, key, signed, 60)
  return [
    { name: `openpgp.js ${work} alone`, value: await openpgpAlone(work, key, 1_000) },
    ...(gpg === null ? [] : [{ name: `gpg once a mail`, value: gpg }]),
  ]
}
