import { actionView } from '../../core/views.js'
import { readAttention } from '../../flows/read-attention.js'
import type { Area } from './area.js'
import { TodayPage } from './today-page.js'

const ERRORS_ON_A_PAGE = 5

/** The first page. */
export const addTodayPage = ({ deps, words, page }: Area): void => {
  page('/', async () => {
    const errors = await deps.store.actions.list({ level: 'error' }, { limit: ERRORS_ON_A_PAGE, cursor: null })
    const attention = (await readAttention(deps)).filter(({ level, about }) => level !== 'info' || about === 'key')
    return { title: 'Today', content: <TodayPage errors={errors.items.map(actionView)} {...{ attention, words }} /> }
  })
}
