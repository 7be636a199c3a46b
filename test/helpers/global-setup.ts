import { embeddedTemplate } from './database.js'

/** Before the workers start, so that not each of them makes its own. */
export default async (): Promise<void> => {
  await embeddedTemplate()
}
