import type { EndedRequest, RequestFile } from '../core/request-file.js'

/** Where requests that people have lie as files, a folder for each account. Whoever owns that may change all of it at any moment. */
export type RequestFolder = {
  /** For people: where it is. */
  place: string
  /** The files of all accounts that are not done or failed yet, whoever put them there. */
  list(): Promise<RequestFile[]>
  /** Writes the file whole, and makes the folders for it; one that is there stays as it is. */
  add(file: RequestFile, text: string): Promise<void>
  /** Takes the file away, and puts this text into the folder of how it ended; nothing where it is not there. */
  end(file: RequestFile, ended: { as: EndedRequest; text: string }): Promise<void>
}
