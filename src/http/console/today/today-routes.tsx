import type { Area } from '../frame/area.js'
import { readToday } from './read-today.js'
import { TodayPage } from './today-page.js'

/** The first page. */
export const addTodayPage = ({ deps, settings, words, page }: Area): void => {
  page('/', async (_, user) => {
    const today = await readToday(deps, { timezone: settings.timezone, user })
    return { title: 'Today', content: <TodayPage {...today} now={deps.clock.now()} words={words} /> }
  })
}
