/** One turn of the event loop: whatever else can run, runs. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
