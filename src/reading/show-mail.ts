import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser'
import { readEntity, withoutMboxLine } from '../mail/mime.js'
import { MAX_PARSED } from '../mail/read.js'
import { shapeOf } from '../signing/shape.js'
import { decodeLeaves } from '../signing/signed-text.js'
import type { ShownMail, ShowTask } from './reader.js'

const LONGEST_TEXT = 256 * 1024
const LONGEST_LINE = 2_000
const MOST_HEADERS = 300
const MOST_ATTACHMENTS = 50

/** Decodes a mail for people to look at; null where it is larger than what is ever read. */
export const showMail = async ({ raw, schemes }: ShowTask): Promise<ShownMail | null> => {
  if (raw.length > MAX_PARSED) return null
  const octets = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const parsed = await simpleParser(octets, {
    ...{ skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true, maxHtmlLengthToParse: MAX_PARSED },
  })
  return {
    ...{ subject: clip(parsed.subject), from: addressWords(parsed.from), to: addressWords(parsed.to) },
    headers: parsed.headerLines.slice(0, MOST_HEADERS).map(({ line }) => unfold(line)),
    text: (parsed.text ?? '').slice(0, LONGEST_TEXT),
    attachments: parsed.attachments.slice(0, MOST_ATTACHMENTS).map(attachmentOf),
    signedText: signedTextOf(octets, schemes),
  }
}

const attachmentOf = ({ filename, contentType, size }: ParsedMail['attachments'][number]) => ({
  ...{ name: clip(filename), type: contentType.slice(0, LONGEST_LINE), octets: size },
})

const clip = (text: string | undefined): string | null => (text === undefined ? null : text.slice(0, LONGEST_LINE))

const addressWords = (addresses: AddressObject | AddressObject[] | undefined): string | null =>
  addresses === undefined
    ? null
    : [addresses]
        .flat()
        .map(({ text }) => text)
        .join(', ')
        .slice(0, LONGEST_LINE)

const unfold = (line: string): string => line.replace(/\r?\n(?=[ \t])/g, '').slice(0, LONGEST_LINE)

const signedTextOf = (octets: Buffer, schemes: ShowTask['schemes']): string | null => {
  const entity = readEntity(withoutMboxLine(octets))
  const shape = entity.ok ? shapeOf(entity.value, schemes) : null
  const text = shape?.kind === 'signed' ? decodeLeaves(shape.found.content) : null
  return text?.ok === true ? text.value.text : null
}
