/** A MongoDB server for tests, or one that speaks its protocol. */
export interface TestMongo {
  /** Names no database: see `urlOf`. */
  readonly url: string
  /** Whether it was started here and may be killed and started again. */
  readonly own: boolean
  /** Where a restartable server keeps its data. */
  readonly folder?: string
  /** The URL of a database on it. Give every test file its own. */
  urlOf(database: string): string
  /** Kills the server with SIGKILL, as a crash does, and leaves it down. Throws `NoMongo` when it is not restartable. */
  kill(): Promise<void>
  /** Starts the server again on the same port with the same data, killing it first where it runs. Throws `NoMongo` when it is not restartable. */
  restart(): Promise<void>
  /** Ends the server and removes its data; leaves one that was not started here. */
  stop(): Promise<void>
}
