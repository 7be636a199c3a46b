/**
 * A registrar's robot that takes forms and answers in two parts, for machines and for people. Of sections 2 to 6 the keys are what
 * an account tells, so any are taken: a contact is the one value of its section, and every value that is a host is a name server.
 * Names mean what `memory.ts` says; a lame name server makes a .de name registered and not delegated.
 */
import { asciiName, type Holding, type RegistryMemory, USUAL_AUTHINFO } from '../memory.js'
import type { Answer, Personality } from '../personality.js'
import { type Fault, type Form, readForm } from './form.js'

type Result = { code: string; msg: string; faults?: readonly Fault[]; lines?: readonly string[] }

const personality: Personality = {
  id: 'knipp-drs',
  handle: ({ text }, memory) => {
    const { form, faults } = readForm(text)
    if (faults.length > 0) return answer(form, [{ code: '20001', msg: 'Command syntax error', faults }])
    return answer(form, carryOut(form, memory))
  },
  refuse: ({ text }) => answer(readForm(text).form, [{ code: '20300', msg: 'One or more parameters invalid' }]),
  tell: (news, { text }, memory) => {
    const { name } = readForm(text).form
    const held = memory.find(name)
    if (held?.provider !== 'gateway') return null
    if (news === 'deleted') memory.remove(name)
    if (news !== 'moved')
      return `### DRS Response\nresult.code: 10999\nresult.msg: ${news === 'deleted' ? 'Domain deleted' : 'Domain will be deleted'}\ndomain.name: ${name}`
    memory.save({ ...held, provider: 'another', authInfo: null, changedAt: memory.now() })
    return machine({ reference: null, name }, { code: '10303', msg: 'Outgoing transfer completed' })
  },
  unauthenticated: () => null,
}

export default personality

const carryOut = (form: Form, memory: RegistryMemory): Result[] => {
  const held = memory.find(form.name)
  const failed = (code: string, msg: string): Result[] => [{ code, msg }]
  if (memory.isReserved(form.name)) return failed('20303', 'Domain is not available')
  if (form.mode === 'new') return held === null ? put(form, memory) : failed('20302', 'Object exists')
  if (form.mode === 'kk' || form.mode === 'ctsr') {
    if (held?.provider === 'gateway') return failed('20302', 'Object exists')
    if (form.sections.get(1)?.get('authinfo') !== (held?.authInfo ?? USUAL_AUTHINFO))
      return failed('20304', 'Authorization error')
    const done = put(form, memory)
    return done[0]?.code.startsWith('2') && done[0].code !== '23300'
      ? done
      : [{ code: '10310', msg: 'Incoming transfer initiated' }, ...done]
  }
  if (held === null) return failed('20301', 'Object does not exist')
  if (held.provider !== 'gateway') return failed('20304', 'Authorization error')
  if (form.mode === 'update') return put(form, memory)
  memory.remove(form.name)
  return [COMPLETED]
}

const COMPLETED: Result = { code: '10000', msg: 'Command completed successfully' }

const put = (form: Form, memory: RegistryMemory): Result[] => {
  const ids = [2, 3, 4, 5].flatMap((section) => [...(form.sections.get(section)?.values() ?? [])].slice(0, 1))
  const values = [...(form.sections.get(6)?.values() ?? [])]
  const hosts = values.filter((value) => /[a-z]/i.test(value) && !value.includes(':')).map(asciiName)
  if (ids.some((id) => !memory.knowsHandle(id))) return [{ code: '20305', msg: 'Contact does not exist' }]
  if (hosts.length < 2) return [{ code: '20300', msg: 'One or more parameters invalid' }]
  const lame = hosts.some((host) => memory.isLame(host))
  const holding: Holding = {
    ...{
      name: form.name,
      provider: 'gateway',
      holders: ids.slice(0, 1),
      delegated: !lame,
      authInfo: null,
      changedAt: memory.now(),
    },
    nameservers: hosts.map((host) => ({ host, addresses: [] })),
  }
  memory.save(holding)
  const lines = hosts.flatMap((host, index) => [
    `ns.${index + 1}.name: ${host}`,
    `ns.${index + 1}.id: HOST-${index + 1}`,
  ])
  if (!lame) return [{ ...COMPLETED, lines }]
  const until = new Date(memory.now().getTime() + MONTH).toISOString().replace(/\.\d+Z$/, '.0Z')
  return [{ code: '23300', msg: 'Domain registered, but not delegated', lines: [...lines, `expire.date: ${until}`] }]
}

const MONTH = 30 * 24 * 60 * 60_000

const machine = (
  { reference, name }: { reference: string | null; name: string },
  { code, msg, faults = [], lines = [] }: Result,
): string =>
  [
    ...['### DRS Response', '###', ''],
    ...lines,
    ...(reference === null ? [] : [`reference: ${reference}`]),
    ...(name === '' ? [] : [`domain.name: ${name}`]),
    ...[`result.code: ${code}`, `result.msg: ${msg}`],
    ...faults.flatMap(({ section, key, line, ...fault }, index) => {
      const at = `result.${index + 1}`
      return [
        ...(section === null ? [] : [`${at}.section: ${section}`]),
        ...(key === null ? [] : [`${at}.key: ${key}`]),
        ...[`${at}.code: ${fault.code}`, `${at}.msg: ${fault.msg}`],
        ...(line === 0 ? [] : [`${at}.line.no: ${line}`]),
      ]
    }),
  ].join('\n')

const FOR_PEOPLE =
  'Content-Type: text/plain; charset=us-ascii\r\n\r\nDear customer,\r\n\r\nthe part beside this one says what became of your form.\r\n'

const answer = (form: Form, results: readonly Result[]): Answer => {
  const [first = '', ...later] = results.map((result) => machine(form, result))
  const code = results.at(-1)?.code ?? ''
  return {
    ...{ text: first, later, beside: FOR_PEOPLE },
    outcome: code.startsWith('1') || code === '23300' ? 'success' : 'failed',
    ...{ action: form.mode, domain: form.name || null, reference: form.reference },
  }
}
