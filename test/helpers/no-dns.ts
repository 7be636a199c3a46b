import type { NameServerProbe } from '../../src/ports.js'

/** For tests whose orders are taken without a look at their name servers: a question is a mistake of the test. */
export const noDns: NameServerProbe = {
  resolve: (host) => Promise.reject(new Error(`nobody should look up ${host}`)),
  nameServers: (zone) => Promise.reject(new Error(`nobody should look for the servers of ${zone}`)),
  ask: (address) => Promise.reject(new Error(`nobody should ask ${address}`)),
}
