/** A storage under measurement. */
export interface Server {
  /** What it is, for the record: `{ postgres: "18.4", fsync: "on" }`. */
  readonly facts: Readonly<Record<string, string>>
  /** An empty place for one round. */
  place(): Promise<Place>
  stop(): Promise<void>
}

/** An empty storage of its own. */
export interface Place {
  /** A file's path, or a URL. */
  readonly url: string
  drop(): Promise<void>
}
