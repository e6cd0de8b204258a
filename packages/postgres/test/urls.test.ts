import { execFile } from "node:child_process"
import { chmod, chown, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

import pg from "pg"
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest"

import { startPostgres, type TestPostgres } from "../../testing/src/servers/start-postgres.ts"
import { unprivileged } from "../../testing/src/servers/unprivileged.ts"
import { open, type PostgresOptions } from "../src/index.ts"
import { codeOf, event, positionsOf, to } from "./log-for-tests.ts"

const run = promisify(execFile)
const REQUEST = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"

/** A certificate for 127.0.0.1 that nobody signed, and its key, which only the server may read. */
async function certify(folder: string): Promise<{ readonly cert: string; readonly key: string }> {
  const cert = join(folder, "cert.pem")
  const key = join(folder, "key.pem")
  const options = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
  await run("openssl", [...REQUEST.split(" "), ...options])
  const user = await unprivileged()
  if (user?.uid !== undefined) await chown(key, user.uid, user.gid ?? user.uid)
  await chmod(key, 0o600)
  await chmod(folder, 0o755)
  return { cert, key }
}

describe("on postgres", () => {
  let server: TestPostgres
  let folder: string
  let cert: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-tls-"))
    const made = await certify(folder)
    cert = made.cert
    server = await startPostgres({ settings: { fsync: "off", ssl: "on", ssl_cert_file: cert, ssl_key_file: made.key } })
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  function opened(url: string, options?: PostgresOptions) {
    const backend = open(url, options)
    onTestFinished(() => backend.close())
    return backend
  }

  it("sslmode and sslrootcert in the URL are what pg takes them for, for the connection that listens too", async () => {
    const backend = opened(`${server.url}?schema=tls&sslmode=verify-full&sslrootcert=${encodeURIComponent(cert)}`)
    await backend.migrate()
    await backend.listen(() => {})
    await backend.append([to("any", event("a"))])
    const client = new pg.Client(server.url)
    await client.connect()
    const { rows } = await client.query<{ ssl: boolean }>(
      "SELECT s.ssl FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE a.application_name = 'millrace'",
    )
    await client.end()
    expect(rows.length).toBeGreaterThan(1)
    expect(new Set(rows.map(({ ssl }) => ssl))).toEqual(new Set([true]))
  })

  it("a certificate that is not trusted is refused for good, and the message says where to look", async () => {
    const backend = opened(`${server.url}?sslmode=verify-full`)
    expect(await codeOf(backend.migrate())).toBe("invalid")
    await expect(backend.migrate()).rejects.toThrow(/no TLS connection to the server; check sslmode and sslrootcert/)
  })

  it("a URL without a host takes it from the PG variables, schema and prefix from its own", async () => {
    const { hostname, port, username } = new URL(server.url)
    const variables = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGDATABASE: "postgres" }
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const backend = opened("postgres://?schema=by_variables&prefix=shop_")
    await backend.migrate()
    await backend.append([to("any", event("a"))])
    expect(await positionsOf(opened(`${server.url}?schema=by_variables&prefix=shop_`))).toEqual([1])
  })
})
