import { parentPort, workerData } from 'node:worker_threads'
import { createCleartextMessage, createMessage, readKey, readPrivateKey, readSignature, sign, verify } from 'openpgp'
import { type BenchKey, someMail } from './mails.js'

/** A thread that signs or verifies the same text over and over: says that it is ready, is told to begin, says that it is done. */
const { work, key, times } = workerData as { work: 'sign' | 'verify'; key: BenchKey; times: number }
const privateKey = await readPrivateKey({ armoredKey: key.secret })
const publicKey = await readKey({ armoredKey: key.public })
const text = someMail().raw

const signOnce = async (): Promise<void> => {
  await sign({ message: await createCleartextMessage({ text }), signingKeys: privateKey })
}

const octets = new TextEncoder().encode(text)
const detached = await sign({
  message: await createMessage({ binary: octets }),
  signingKeys: privateKey,
  detached: true,
})
const verifyOnce = async (): Promise<void> => {
  const message = await createMessage({ binary: octets })
  const signature = await readSignature({ armoredSignature: detached })
  const { signatures } = await verify({ message, signature, verificationKeys: publicKey })
  if ((await signatures[0]?.verified) !== true) throw new Error('the signature of the bench is wrong')
}

const once = work === 'sign' ? signOnce : verifyOnce
await once()
parentPort?.once('message', async () => {
  for (let turn = 0; turn < times; turn++) await once()
  parentPort?.postMessage('done')
})
parentPort?.postMessage('ready')
