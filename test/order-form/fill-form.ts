import { writeForm } from '../../src/order-form/write-form.js'

/** The blank form with these values between its quotes, as a person writes them. */
export const fillForm = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values).reduce(
    (form, [name, value]) => {
      const blank = `\n${name}=""`
      if (!form.includes(blank)) throw new Error(`the blank form has no ${name}`)
      return form.replace(blank, () => `\n${name}="${value}"`)
    },
    writeForm({ unicodeTld: 'de', actions: ['register', 'close'], agreement: null }),
  )
