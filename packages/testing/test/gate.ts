/** A gate that lets nobody through until it is opened, and tells when somebody has come. */
export interface Gate {
  /** Resolves when the gate is open. */
  pass(): Promise<void>
  /** Resolves when the first has come. */
  readonly reached: Promise<void>
  open(): void
}

export function gate(): Gate {
  const opened = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  return {
    pass() {
      reached.resolve()
      return opened.promise
    },
    reached: reached.promise,
    open: () => opened.resolve(),
  }
}
