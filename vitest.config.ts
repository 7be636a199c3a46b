import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/helpers/global-setup.ts'],
    // One more than the two cores that there are as a rule: tests wait for disks, servers and processes of their own.
    maxWorkers: 3,
    // A file that began with modules of its own would load them all anew: that took a third of the time. No module here keeps what
    // another file could trip over; the databases, folders and ports of a file are its own.
    isolate: false,
    // Against hanging alone: a loaded machine is slow, and no test measures time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
})
