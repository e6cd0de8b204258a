/** A worker as its employer sees it: something that works under a name and can be ended. */
export interface WorkerHandle {
  readonly name: string
  /** Stops it in mid-movement: until `thaw` it does nothing at all. */
  readonly freeze: () => Promise<void>
  readonly thaw: () => void
  /** Ends it as a crash would: it settles nothing and gives nothing back. */
  readonly kill: () => Promise<void>
  /** Asks it to finish what it is at and go. */
  readonly stop: () => Promise<void>
  /** Rejects when it ends without having been asked to. Never resolves. */
  readonly failed: Promise<never>
}

/** Starts a worker under a name. */
export type Hire = (name: string) => WorkerHandle
