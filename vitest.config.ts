import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take minutes: one that begins late would run on alone when all others have ended. */
const LONG = [
  'crash/crash',
  'e2e/commands',
  'e2e/postfix',
  'flows/two-years',
  'reading/pool',
  'flows/evidence',
  'e2e/demo',
]

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return at === -1 ? LONG.length : at
    }
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/helpers/global-setup.ts'],
    // One more than the two cores that there are as a rule: tests wait for disks, servers and processes of their own.
    maxWorkers: 3,
    // A file that began with modules of its own would load them all anew: that took a third of the time. No module here keeps what
    // another file could trip over; the databases, folders and ports of a file are its own.
    isolate: false,
    sequence: { sequencer: LongFirst },
    // Against hanging alone: a loaded machine is slow, and no test measures time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
})
