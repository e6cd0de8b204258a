import type { LogEvidence } from "./evidence.ts"

/** A storage that worker processes reach by a URL. One entry in `storages.ts` makes it one of the demo's. */
export interface Storage {
  /** What the URLs of its logs begin with. */
  readonly protocols: readonly string[]
  /** Starts one that nobody else uses. `folder` is the run's own. Throws where none can be started. */
  readonly start: (folder: string) => Promise<Started>
  /** What a run left behind, read with the storage's own driver: nothing of Millrace has a part in it. */
  readonly evidence: (url: string) => Promise<LogEvidence>
  /** What was started, as people read it. */
  readonly started: string
  /** Whether the log lies in the run's folder, and so outlives the run there. */
  readonly inFolder: boolean
}

/** A storage that was started for a run. */
export interface Started {
  readonly url: string
  /** Ends it. What is not in the run's folder is gone then. */
  readonly stop: () => Promise<void>
}
