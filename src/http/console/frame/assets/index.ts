import { BASE } from './base.js'
import { FORMS } from './forms.js'
import { FRAME } from './frame.js'
import { PARTS } from './parts.js'
import { TABLES } from './tables.js'
import { TOKENS } from './tokens.js'

/** The console's one style sheet. A new part of it gets a module here and its place in this list. */
export const STYLESHEET = [TOKENS, BASE, FRAME, PARTS, TABLES, FORMS].map((part) => part.trim()).join('\n')

/** A sealed letter. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="6" width="28" height="20" rx="3" fill="#1b5e6b"/><path d="M3 8l13 10L29 8" fill="none" stroke="#fff" stroke-width="2"/><circle cx="16" cy="19" r="5" fill="#b3382c"/></svg>`
