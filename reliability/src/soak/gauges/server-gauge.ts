/** What a storage says of itself; `undefined` where it can not be asked. */
export interface ServerState {
  /** Connections of clients, this gauge's own left out. */
  readonly connections: number | undefined
  /** What it holds, in bytes. */
  readonly bytes: number | undefined
}

/** Looks at a storage from outside, on a connection of its own. */
export interface ServerGauge {
  look(): Promise<ServerState>
  close(): Promise<void>
}
