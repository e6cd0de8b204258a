/** Why a running app stops. */
export type StopCause =
  | { readonly kind: "signal"; readonly signal: "SIGINT" | "SIGTERM" }
  | { readonly kind: "aborted" }
  | { readonly kind: "ended"; readonly error: Error }

/** Resolves at SIGINT or SIGTERM, when the caller aborts or stops the app, or when the process has to stop of itself; whichever comes first. */
export function untilStopped(
  ended: Promise<Error>,
  stopped: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<StopCause> {
  return new Promise((resolve) => {
    const stop = (cause: StopCause): void => {
      process.off("SIGINT", onSignal)
      process.off("SIGTERM", onSignal)
      signal?.removeEventListener("abort", onAbort)
      resolve(cause)
    }
    const onSignal = (name: NodeJS.Signals): void =>
      stop({ kind: "signal", signal: name === "SIGINT" ? "SIGINT" : "SIGTERM" })
    const onAbort = (): void => stop({ kind: "aborted" })
    process.on("SIGINT", onSignal)
    process.on("SIGTERM", onSignal)
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener("abort", onAbort)
    void stopped.then(onAbort)
    void ended.then((error) => stop({ kind: "ended", error }))
  })
}
