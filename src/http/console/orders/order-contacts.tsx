import type { ContactRole } from '../../../core/contact.js'
import { Choose, Field, type FieldProps } from '../frame/form-parts.js'
import { type Answers, answerOf } from './new-order-page.js'
import { contactName } from './order-draft.js'
import type { ContactField, ContactQuestion } from './order-questions.js'

/** The contacts that an order may name: by their handles alone, or each by its data too. */
export const ContactQuestions = ({ contacts, ...answers }: Answers & { contacts: readonly ContactQuestion[] }) => (
  <>
    {contacts.map((question) =>
      question.fields.some((field) => field !== 'handle') ? (
        <WithData question={question} {...answers} />
      ) : (
        <Field
          {...answerOf(answers, contactName(question.role, 'handle'))}
          label={ROLES[question.role]}
          hint={`The handle that the registry has of it; several are divided by blanks. ${question.required ? 'Needed.' : 'May be empty.'}`}
        />
      ),
    )}
  </>
)

const ROLES: Record<ContactRole, string> = {
  holder: 'Holder',
  admin: 'Administrative contact',
  tech: 'Technical contact',
  zone: 'Zone contact',
  billing: 'Billing contact',
  'general-request': 'Contact for general requests',
  abuse: 'Contact for abuse',
}

type WithDataProps = Answers & { question: ContactQuestion }

/** Closed where nothing was asked, said or found wrong. */
const WithData = ({ question: { role, required, fields }, ...answers }: WithDataProps) => {
  const names = fields.map((field) => contactName(role, field))
  const open = required || names.some((name) => answers.draft[name] !== undefined || answers.beside[name] !== undefined)
  return (
    <details class="group" open={open}>
      <summary>
        {ROLES[role]}: {required ? 'needed' : 'may be empty'}
      </summary>
      <fieldset>
        <legend class="unseen">{ROLES[role]}</legend>
        {fields.map((field) =>
          field === 'type' ? (
            <Choose {...answerOf(answers, contactName(role, field))} label="Kind" none="Not said" options={KINDS} />
          ) : (
            <Field {...answerOf(answers, contactName(role, field))} {...CONTACT_LABELS[field]} />
          ),
        )}
      </fieldset>
    </details>
  )
}

const KINDS = [
  { value: 'person', label: 'a person' },
  { value: 'organization', label: 'an organisation' },
  { value: 'role', label: 'a role, such as a desk for abuse' },
]

const CONTACT_LABELS: Record<Exclude<ContactField, 'type'>, Omit<FieldProps, 'name' | 'value' | 'problem'>> = {
  handle: { label: 'Handle', hint: "The registry's name for it." },
  name: { label: 'Name' },
  organization: { label: 'Organisation' },
  street: { label: 'Street', rows: 2, hint: 'Up to three lines.' },
  postalCode: { label: 'Postal code' },
  city: { label: 'City' },
  province: { label: 'Province or state' },
  country: { label: 'Country', hint: 'Two letters of ISO 3166-1, such as DE.', maxlength: 2 },
  phone: { label: 'Phone', hint: 'E.164, such as +49.30123456.' },
  email: { label: 'E-mail', type: 'email' },
  uriTemplate: { label: 'Address for requests', hint: 'Of a role: such as mailto:abuse@hoster.example (RFC 6570).' },
}
