import type { NewEvent } from './event.js'

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json'

/** An event of the table, or one of another type that only tests a webhook. */
export type Tellable = Pick<NewEvent, 'at' | 'subject' | 'data'> & { id: string; type: string }

/**
 * An event as billing systems get it: structured CloudEvents 1.0 in JSON. `source` says which gateway tells it; with `id` it
 * tells one event from every other (CloudEvents 1.0.2, 3.1). The same event is the same text each time.
 */
export const cloudEvent = ({ id, type, at, subject, data }: Tellable, source: string): string =>
  JSON.stringify({
    ...{ specversion: '1.0', id, source, type, subject, time: at.toISOString() },
    ...{ datacontenttype: 'application/json', data },
  })
