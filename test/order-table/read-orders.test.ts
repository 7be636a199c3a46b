import { describe, expect, test } from 'vitest'
import { readOrders } from '../../src/order-table/read-orders.js'
import { summarise } from '../../src/order-table/summarise.js'

const table = (...lines: string[]) => readOrders(lines.join('\n'))

describe('a table of orders', () => {
  test('becomes bodies as the API takes them, with empty cells left out', () => {
    const read = table(
      'billingOrderId,account,accountType,email,action,domain,paid,years,nameservers,holder,amount,currency',
      'INV-1,cust-7,customer,o@example.net,register,bücher.de,yes,1,"ns1.bücher.de=192.0.2.53,2001:db8::53 ns2.example.org",DENIC-1-A DENIC-2-B,9.90,EUR',
      '',
      'INV-2,cust-7,provider,,close,other.de,,,,,,',
    )
    expect(read).toEqual({
      ok: true,
      value: [
        {
          line: 2,
          body: {
            billingOrderId: 'INV-1',
            account: { id: 'cust-7', type: 'customer', email: 'o@example.net' },
            ...{ action: 'register', domain: 'bücher.de', paid: true, period: { years: 1 } },
            nameservers: [
              { host: 'ns1.bücher.de', addresses: ['192.0.2.53', '2001:db8::53'] },
              { host: 'ns2.example.org' },
            ],
            contacts: { holder: [{ handle: 'DENIC-1-A' }, { handle: 'DENIC-2-B' }] },
            price: { amount: '9.90', currency: 'EUR' },
          },
        },
        {
          line: 4,
          body: {
            ...{ billingOrderId: 'INV-2', account: { id: 'cust-7', type: 'provider' } },
            ...{ action: 'close', domain: 'other.de' },
          },
        },
      ],
    })
  })

  test.each([
    ['semicolons', 'action;domain\nregister;a.de', '\n'],
    ['a byte order mark', '\ufeffaction,domain\nregister,a.de', '\n'],
    ['CRLF', 'action,domain\r\nregister,a.de\r\n', '\r\n'],
  ])('with %s', (_name, text) => {
    expect(readOrders(text)).toEqual({ ok: true, value: [{ line: 2, body: { action: 'register', domain: 'a.de' } }] })
  })

  test('of several roles has them beside each other', () => {
    const read = table('holder,tech', 'A-1,B-2')
    expect(read).toMatchObject({
      value: [{ body: { contacts: { holder: [{ handle: 'A-1' }], tech: [{ handle: 'B-2' }] } } }],
    })
  })

  test('has all its mistakes told at once, each with its line and column', () => {
    const read = table('domain,domian,paid,years,paid', 'a.de,,maybe,many,yes', 'b.de,,yes,1,no,9,8')
    expect(read.ok ? [] : read.problems.map(({ pointer }) => pointer)).toEqual([
      'line 1, column "domian"',
      'line 1, column "paid"',
      'line 2, column paid',
      'line 2, column years',
      'line 3',
    ])
  })

  test.each([
    ['nothing', '', 'line 1'],
    ['names alone', 'domain,action\n', 'line 2'],
    ['a quote that never ends', 'domain,action\n"a.de,register\nb.de,close', 'line 3'],
    ['a name of every object', '__proto__,constructor\na,b', 'line 1, column "__proto__"'],
  ])('of %s is refused', (_name, text, pointer) => {
    const read = readOrders(text)
    expect(read.ok ? null : read.problems[0]?.pointer).toBe(pointer)
  })
})

test('a summary counts by action and adds what it costs by currency, to the last digit', () => {
  const read = table(
    'action,amount,currency',
    ...['register,0.10,EUR', 'register,0.2,EUR', 'transfer,12.345,EUR', 'register,7,USD', 'close,,', 'close,x,EUR'],
  )
  expect(read.ok ? summarise(read.value) : read.problems).toEqual({
    ...{ orders: 6, actions: { register: 3, transfer: 1, close: 2 } },
    ...{ costs: { EUR: '12.645', USD: '7' }, unpriced: 2 },
  })
})
