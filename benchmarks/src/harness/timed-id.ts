/** An id that begins with the time, like the ones Millrace makes, so that its index grows at one end. */
export function timedId(now: number): string {
  const time = now.toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`
}
