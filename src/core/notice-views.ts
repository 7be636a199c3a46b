/** How mails to people look from outside. */
import type { Notice } from './notice.js'

export type NoticeView = ReturnType<typeof noticeView>
export type ShownNoticeView = ReturnType<typeof shownNoticeView>

export const noticeView = (notice: Notice) => ({
  id: notice.id,
  kind: notice.kind,
  at: notice.at.toISOString(),
  to: notice.to.kind === 'admin' ? 'admin' : notice.to.address,
  domain: notice.domain,
  order: notice.orderId,
  state: notice.state,
  attempts: notice.attempts,
  nextAttemptAt: notice.dueAt?.toISOString() ?? null,
  answer: notice.answer,
  sentAt: notice.sentAt?.toISOString() ?? null,
})

/** With the mail as it would be written now, or why it cannot be. */
export const shownNoticeView = (notice: Notice, mail: { subject: string; body: string } | { problem: string }) => ({
  ...noticeView(notice),
  mail: 'problem' in mail ? null : { subject: mail.subject, text: mail.body },
  problem: 'problem' in mail ? mail.problem : null,
})
