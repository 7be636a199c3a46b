import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { BUILT_IN_TEMPLATES, loadProfiles, loadTemplates } from '../../src/profiles/load.js'
import { checkTemplates } from '../../src/profiles/template.js'

const folder = await mkdtemp(join(tmpdir(), 'sealpost-templates-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('profiles are found by their folders', async () => {
  const profiles = await loadProfiles()
  expect([...profiles.keys()]).toContain('denic')
  for (const [id, profile] of profiles) expect(profile.id).toBe(id)
})

test("an operator's copy takes the place of the built-in template, and others stay", async () => {
  await mkdir(join(folder, 'denic'))
  await writeFile(join(folder, 'denic', 'register.liquid'), 'Subject: ours\n\nbody')
  await writeFile(join(folder, 'README.md'), 'not a template')
  const builtIn = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
  const both = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: folder })
  expect([...both.keys()].sort()).toEqual([...builtIn.keys()].sort())
  expect(both.get('denic/register')).toEqual({
    file: join(folder, 'denic', 'register.liquid'),
    source: 'Subject: ours\n\nbody',
  })
  expect(both.get('denic/transfer')).toEqual(builtIn.get('denic/transfer'))
})

test("an operator's copy with an unknown field, or one that says something else, is found at the start", async () => {
  const profiles = [...(await loadProfiles()).values()]
  const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
  expect(checkTemplates(sources, profiles)).toEqual([])
  const { source } = sources.get('denic/register') ?? { source: '' }
  const changed = (text: string) =>
    checkTemplates(new Map([...sources, ['denic/register', { file: 'r.liquid', source: text }]]), profiles)
  expect(
    changed(source.replace('{{ reference }}', '{{ refrence }}'))
      .map(({ detail }) => detail)
      .join(),
  ).toMatch(
    /r\.liquid: line 1 names the field "refrence".*known are: abuse, action, authInfo, dnskeys, domain, domainAce/,
  )
  expect(
    changed(source.replace(/^Holder: .*$/m, 'Holder: DENIC-1-WRONG'))
      .map(({ detail }) => detail)
      .join(),
  ).toMatch(/r\.liquid: The line "holder" says DENIC-1-WRONG/)
  expect(
    changed(source.replace('Ctid: ', 'Ctid: x'))
      .map(({ detail }) => detail)
      .join(),
  ).toMatch(/"ctid" says x/)
})

test("an operators' folder that is not there counts as empty; a file that is not UTF-8 is refused by its name", async () => {
  const none = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: join(folder, 'absent') })
  expect(none).toEqual(await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null }))
  await writeFile(join(folder, 'denic', 'transfer.liquid'), Buffer.from('Subject: \xfc\n\nx', 'latin1'))
  await expect(loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: folder })).rejects.toThrow(
    /transfer\.liquid cannot be read as a template in UTF-8/,
  )
})
