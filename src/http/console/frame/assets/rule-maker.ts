import { hashSecret } from '../../../auth.js'

/**
 * The one script of the console, on the pages where rules are written: what is selected of the signed text becomes a phrase of
 * the form. It asks for nothing and stores nothing; without it lines are marked and words copied.
 */
export const RULE_MAKER = `'use strict'
const signed = document.getElementById('signed')
const words = document.getElementById('words')
if (signed !== null && words !== null) {
  let selected = ''
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Take what is selected as a phrase'
  button.disabled = true
  const said = document.createElement('span')
  said.setAttribute('role', 'status')
  said.className = 'meta'
  const row = document.createElement('p')
  row.className = 'buttons'
  row.append(button, said)
  signed.after(row)
  document.addEventListener('selectionchange', () => {
    const selection = document.getSelection()
    if (selection === null || selection.isCollapsed || !signed.contains(selection.anchorNode)) return
    selected = selection.toString().replace(/\\s+/g, ' ').trim()
    button.disabled = selected === ''
  })
  // To select words of a line does not mark the line.
  signed.addEventListener('click', (event) => {
    const selection = document.getSelection()
    if (selection !== null && !selection.isCollapsed && event.target.tagName !== 'INPUT') event.preventDefault()
  })
  button.addEventListener('click', () => {
    const phrases = words.value.split('\\n').map((line) => line.trim()).filter((line) => line !== '')
    if (!phrases.includes(selected)) phrases.push(selected)
    words.value = phrases.join('\\n')
    said.textContent = 'Taken: ' + selected
  })
}
`

export const RULE_MAKER_PATH = '/assets/rule-maker.js'

export const RULE_MAKER_URL = `${RULE_MAKER_PATH}?v=${hashSecret(RULE_MAKER).slice(0, 12)}`

/** The pages that have it: on every other no script may run. */
export const mayRunScript = (path: string): boolean => /^\/connections\/[^/]+\/rules\/[^/]+$/.test(path)
