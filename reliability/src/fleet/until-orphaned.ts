/** Aborts when the process that started this one is gone: there is nobody left to work for. */
export function untilOrphaned(): AbortSignal {
  const orphaned = new AbortController()
  process.once("disconnect", () => orphaned.abort())
  return orphaned.signal
}
