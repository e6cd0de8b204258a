/** The most tries of one call. */
const TRIES = 50

/**
 * Calls again when SQLite is busy. A commit of this store can overtake a statement that its driver has not ended yet
 * (`cannot commit transaction - SQL statements in progress`); it then rolls back and throws, and only its caller can try again.
 */
export async function untilStored<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call()
    } catch (error) {
      const isBusy = error instanceof Error && error.message.startsWith("SQLITE_BUSY")
      if (!isBusy || tried === TRIES) throw error
    }
  }
}
