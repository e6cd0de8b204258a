/** A storage whose finished logs can be tampered with, below Millrace. */
export interface Tampering {
  readonly name: string
  start(): Promise<TamperedServer>
}

/** A server for the test of one file. */
export interface TamperedServer {
  /** Where the run to be tampered with belongs. */
  readonly url: string
  /** A copy of the finished run's log. */
  copy(): Promise<TamperedLog>
  stop(): Promise<void>
}

/** A log that somebody is at. The event is the last of its stream, and nothing else refers to it. */
export interface TamperedLog {
  readonly url: string
  /** Deletes an event `flight.departed`. */
  deleteEvent(): Promise<void>
  /** Adds an event `flight.departed` again, with another id, at the end of its stream and of the log. */
  doubleEvent(): Promise<void>
  /** Adds a minute to the delay of DFW in the projection of totals. */
  changeTotals(): Promise<void>
}
