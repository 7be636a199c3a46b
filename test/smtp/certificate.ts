import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A self-signed certificate, made by openssl: for 127.0.0.1, valid for two days, unless told otherwise. */
export const makeCertificate = ({
  names = 'IP:127.0.0.1,DNS:localhost',
  isExpired = false,
} = {}): { cert: string; key: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'sealpost-tls-'))
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  try {
    writeFileSync(join(folder, 'names'), `subjectAltName=${names}`)
    const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -subj /CN=test'.split(' ')
    openssl('req', '-new', ...key, '-out', 'request.pem')
    const signed = ['-req', '-in', 'request.pem', '-signkey', 'key.pem', '-extfile', 'names', '-out', 'cert.pem']
    openssl('x509', ...signed, '-days', isExpired ? '-1' : '2')
    return { cert: readFileSync(join(folder, 'cert.pem'), 'utf8'), key: readFileSync(join(folder, 'key.pem'), 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
