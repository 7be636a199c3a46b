import { expect, test } from 'vitest'
import { unavailable } from '../../src/store/errors.js'
import { inGroups } from '../../src/store/groups.js'

/** Groups of one; what each run is to do is taken from the front of `answers`, and where there is none it answers. */
const groups = (answers: Error[]) => {
  const runs: number[] = []
  const ask = inGroups<number, number>({
    take: () => 1,
    run: async (inputs) => {
      runs.push(...inputs)
      const error = answers.shift()
      if (error !== undefined) throw error
      return inputs
    },
    again: true,
    after: 'turn',
  })
  const all = (inputs: readonly number[]) => Promise.all(inputs.map((input) => ask(input).catch(() => 'away')))
  return { runs, all }
}

const silence = () => unavailable(Object.assign(new Error('said nothing'), { code: 'ETIMEDOUT' }))
const noConnection = () => unavailable(new Error('Connection terminated due to connection timeout'))
const cut = () => unavailable(new Error('Connection terminated unexpectedly'))

test('where nobody answers twice in a row, those that wait hear it then', async () => {
  const { runs, all } = groups([silence(), noConnection()])
  expect(await all([1, 2, 3, 4])).toEqual(['away', 'away', 'away', 'away'])
  expect(runs).toEqual([1, 2])
  expect(await all([5, 6])).toEqual([5, 6])
})

test('one connection that is dead, or one that is cut, harms no other group', async () => {
  const { runs, all } = groups([silence(), cut(), silence(), cut(), cut()])
  expect(await all([1, 2, 3, 4, 5, 6])).toEqual(['away', 'away', 'away', 'away', 'away', 6])
  expect(runs).toEqual([1, 2, 3, 4, 5, 6])
})

test('after a silence that lasts the next group alone finds out whether it is over', async () => {
  const { runs, all } = groups([silence(), silence(), silence()])
  await all([1, 2])
  expect(await all([3, 4])).toEqual(['away', 'away'])
  expect(await all([5])).toEqual([5])
  expect(runs).toEqual([1, 2, 3, 5])
})
