import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../src/http/metrics.js'
import { memoryStore } from '../helpers/memory-store.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

type Rule = {
  alert: string
  expr: string
  for: string
  labels: { severity: string }
  annotations: Record<string, string>
}
type Panel = { title: string; targets: { expr: string }[] }
const rules: Rule[] = parse(read('ops/prometheus-alerts.yaml')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
)
const panels: Panel[] = JSON.parse(read('ops/grafana-dashboard.json')).panels
const page = read('docs/monitoring.md')

/** What `/metrics` has, by its type and labels. */
const counted = new Map<string, { type: string; labels: string[] }>()
beforeAll(async () => {
  const disk = { place: '/', space: async () => ({ free: 1, size: 1 }) }
  const memory = memoryStore()
  const one = [{ name: 'x', count: 1, oldest: new Date(0) }]
  const upkeep = (['send-heartbeat', 'verify-log', 'check-self-test'] as const).map((task) => ({
    task,
    dueAt: new Date(0),
    plan: null,
    doneAt: new Date(0),
  }))
  const store = {
    ...memory,
    upkeep: { ...memory.upkeep, list: async () => upkeep },
    domains: { ...memory.domains, countByStatus: async () => [{ status: 'Registered' as const, count: 1 }] },
    orders: { ...memory.orders, countByStatus: async () => [] },
    census: { take: async () => ({ due: one, mails: one, deliveries: one }) },
  }
  const end = { connection: 'x', file: 'x', end: new Date(0) }
  const metrics = createMetrics({ store, keyEnds: async () => [end], disk })
  metrics.mailReceived()
  metrics.mailSent('sent')
  metrics.mailJudged('settled', 1)
  metrics.replied(1)
  metrics.webhookCalled('delivered', 1)
  metrics.unsignedBelieved()
  metrics.httpRequest({ route: '/', method: 'GET', status: 200 })
  const text = await metrics.render()
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const labels = new RegExp(`^${name}(?:_bucket)?\\{([^}]*)\\}`, 'm').exec(text)?.[1] ?? ''
    counted.set(name, { type, labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).sort() })
  }
})

const own = () => [...counted.keys()].filter((name) => name.startsWith('sealpost_'))
/** `up` is Prometheus' own word for a target. */
const usedIn = (expr: string): string[] =>
  [...expr.matchAll(/\b((?:sealpost|process)_[a-z_]+)\b/g)].map(([, name = '']) => name.replace(/_bucket$/, ''))

test('docs/monitoring.md tells each metric, with its kind and labels, and no other', () => {
  const told = [...page.matchAll(/^\| (`[^|]+) \| ([^|]+) \|/gm)].flatMap(([, names = '', kind = '']) =>
    [...names.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => ({ name, kind })),
  )
  expect(own().filter((name) => !told.some((one) => one.name === name))).toEqual([])
  for (const { name, kind } of told) {
    const [type, ...labels] = kind.replaceAll('`', '').trim().split(', ')
    expect({ name, type, labels: labels.sort() }).toEqual({
      ...{ name, type: counted.get(name)?.type },
      labels: (counted.get(name)?.labels ?? []).filter((label) => label !== 'le'),
    })
  }
})

test('names are as the field has them', () => {
  for (const name of own()) {
    expect(counted.get(name)?.type === 'counter', name).toBe(name.endsWith('_total'))
    if (counted.get(name)?.type === 'histogram') expect(name).toMatch(/_seconds$/)
  }
})

describe('the alerts', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))('%s can be acted upon', (_, rule) => {
    expect(['info', 'warning', 'critical']).toContain(rule.labels.severity)
    expect(rule.for).toMatch(/^\d+[mh]$/)
    for (const word of ['summary', 'description', 'runbook']) expect(rule.annotations[word]?.length).toBeGreaterThan(10)
    expect(isBalanced(rule.expr)).toBe(true)
    const used = usedIn(rule.expr)
    expect(used.length + (rule.expr.includes('up{') ? 1 : 0)).toBeGreaterThan(0)
    expect(used.filter((name) => !counted.has(name))).toEqual([])
  })

  test('have names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })
})

test('the dashboard shows metrics that there are, and all that are told but the size of the disk beside them', () => {
  const shown = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => usedIn(expr))))
  expect([...shown].filter((name) => !counted.has(name))).toEqual([])
  expect(own().filter((name) => !shown.has(name))).toEqual([])
  for (const { targets } of panels) for (const { expr } of targets) expect(isBalanced(expr), expr).toBe(true)
})

const isBalanced = (expr: string): boolean => {
  const open: string[] = []
  for (const sign of expr.replaceAll(/"[^"]*"/g, '')) {
    if ('([{'.includes(sign)) open.push(')]}'['([{'.indexOf(sign)] ?? '')
    else if (')]}'.includes(sign) && open.pop() !== sign) return false
  }
  return open.length === 0
}
