/** User's work of one settle: what it writes is stored with the settle, or never. `Tx`: what work gets to write with. */
export interface SettleWork<Tx> {
  /** Runs the work of one part; it sees what was accepted before it. Answers what accepts what it wrote. Rejects as the work does: then nothing of it may stay. */
  run(work: (tx: Tx) => Promise<void>): Promise<() => void>
  /** Stores what was accepted. Called once, right before the settle's own changes are kept, in the same turn of the event loop. */
  store(): void
}
