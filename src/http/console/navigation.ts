import type { Permission } from './access.js'

/** `simulated`: only where registries are simulated. */
export type NavigationEntry = { href: string; label: string; permission: Permission; simulated?: true }

/** The main navigation, in this order. A new area of the console adds its line; whoever may not open it does not see it. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { href: '/', label: 'Today', permission: 'read' },
  { href: '/domains', label: 'Domains', permission: 'read' },
  { href: '/tickets', label: 'Tickets', permission: 'read' },
  { href: '/pending', label: 'Pending', permission: 'read' },
  { href: '/mails', label: 'Mails', permission: 'read' },
  { href: '/log', label: 'Log', permission: 'read' },
  { href: '/bench', label: 'Bench', permission: 'bench' },
  { href: '/connections', label: 'Connections', permission: 'read' },
  { href: '/keys', label: 'Keys', permission: 'keys' },
  { href: '/templates', label: 'Templates', permission: 'templates' },
  { href: '/settings', label: 'Settings', permission: 'users' },
  { href: '/simulator', label: 'Simulator', permission: 'read', simulated: true },
]

/** `page`: this is the entry's page; `true`: one below it; null: neither (values of `aria-current`). */
export const currentOf = (href: string, path: string | null): 'page' | 'true' | null => {
  if (path === href) return 'page'
  return href !== '/' && path?.startsWith(`${href}/`) === true ? 'true' : null
}
