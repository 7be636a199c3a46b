import type { Permission } from './access.js'

/**
 * `beside`: it has no place in the bar, but a tab beside that entry's page. `simulated`: only where registries are simulated.
 */
export type NavigationEntry = {
  href: string
  label: string
  permission: Permission
  beside?: string
  simulated?: true
}

/** The main navigation, in this order. A new area of the console adds its line; whoever may not open it does not see it. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { href: '/', label: 'Today', permission: 'read' },
  { href: '/domains', label: 'Domains', permission: 'read' },
  { href: '/pending', label: 'Pending', permission: 'read' },
  { href: '/tickets', label: 'Tickets', permission: 'read' },
  { href: '/mails', label: 'Mails', permission: 'read' },
  { href: '/log', label: 'Log', permission: 'read' },
  { href: '/connections', label: 'Connections', permission: 'read' },
  { href: '/keys', label: 'Keys', permission: 'keys', beside: '/connections' },
  { href: '/templates', label: 'Templates', permission: 'templates', beside: '/connections' },
  { href: '/bench', label: 'Replay bench', permission: 'bench', beside: '/connections' },
  { href: '/settings', label: 'Settings', permission: 'users' },
  { href: '/simulator', label: 'Simulator', permission: 'read', simulated: true },
]

/** Those of the bar. */
export const barOf = (entries: readonly NavigationEntry[]): NavigationEntry[] =>
  entries.filter(({ beside }) => beside === undefined)

/** The tabs of a page that others are beside, and of these; none for any other page, and where it would be the only one. */
export const tabsOf = (entries: readonly NavigationEntry[], path: string | null): NavigationEntry[] => {
  const entry = entries.find(({ href }) => href === path)
  const head = entry?.beside ?? entry?.href
  const tabs = entries.filter(({ href, beside }) => href === head || beside === head)
  return entry === undefined || tabs.length < 2 ? [] : tabs
}

/** `page`: this is the entry's page; `true`: one below or beside it; null: none of these (values of `aria-current`). */
export const currentOf = (href: string, path: string | null): 'page' | 'true' | null => {
  if (path === href) return 'page'
  const within = NAVIGATION.filter((entry) => entry.href === href || entry.beside === href)
  return within.some((entry) => isWithin(entry.href, path)) ? 'true' : null
}

const isWithin = (href: string, path: string | null): boolean =>
  path === href || (href !== '/' && path?.startsWith(`${href}/`) === true)
