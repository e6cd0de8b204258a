/** A program of the machine that suites start for themselves. */
export interface SystemProgram {
  readonly program: string
  /** The Debian package that has it. */
  readonly debian: string
  /** What can not be tested without it. */
  readonly tests: string
}

/** Everything that is neither Node nor an npm package. `npm test` installs what is missing, where it may. */
export const systemPrograms: readonly SystemProgram[] = [
  { program: "pgbouncer", debian: "pgbouncer", tests: "the Postgres backend behind a pooler" },
  { program: "openssl", debian: "openssl", tests: "TLS to Postgres" },
  { program: "redis-server", debian: "redis-server", tests: "the Redis backend" },
]
