import { describe, expect, test } from 'vitest'
import { readNoticeRelay } from '../../src/core/notice-relay.js'

const login = { user: 'gw@hoster.example', pass: 'p:@/%' }
const LOGIN = 'gw%40hoster.example:p%3A%40%2F%25@'

describe('a relay of mails to people', () => {
  test.each([
    ['smtp://mail.example', { host: 'mail.example', port: 25, tls: 'opportunistic', login: null }],
    ['smtp://127.0.0.1:2525/', { host: '127.0.0.1', port: 2525, tls: 'opportunistic', login: null }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525, tls: 'opportunistic', login: null }],
    ['smtp://mail.example?requireTLS=true', { host: 'mail.example', port: 25, tls: 'starttls', login: null }],
    ['smtp://mail.example?ignoreTLS=true', { host: 'mail.example', port: 25, tls: 'none', login: null }],
    ['smtps://mail.example', { host: 'mail.example', port: 465, tls: 'implicit', login: null }],
    [`smtps://${LOGIN}mail.example:4650`, { host: 'mail.example', port: 4650, tls: 'implicit', login }],
    [`smtp://${LOGIN}mail.example`, { host: 'mail.example', port: 587, tls: 'starttls', login }],
    [`smtp://${LOGIN}mail.example?requireTLS=false`, { host: 'mail.example', port: 587, tls: 'starttls', login }],
    [`smtp://${LOGIN}127.0.0.1:25?ignoreTLS=true`, { host: '127.0.0.1', port: 25, tls: 'none', login }],
  ])('%s is read', (text, relay) => {
    expect(readNoticeRelay(text)).toEqual(relay)
  })

  test.each([
    ['mail.example:25', /smtp:\/\/host:port/],
    ['https://mail.example', /smtp:\/\/host:port/],
    ['smtp://', /smtp:\/\/host:port/],
    ['smtp://mail.example/inbox', /after the port/],
    ['smtp://user@mail.example', /without a password/],
    ['smtp://user:p%ss@mail.example', /%25/],
    ['smtp://mail.example?starttls=required', /"starttls"; known are requireTLS and ignoreTLS/],
    ['smtp://mail.example?requireTLS=yes', /true or false/],
    ['smtps://mail.example?ignoreTLS=true', /TLS and for none/],
  ])('%s is refused, and its password is not repeated', (text, reason) => {
    expect(() => readNoticeRelay(text)).toThrow(reason)
    expect(() => readNoticeRelay(text)).not.toThrow(/p%ss/)
  })
})
