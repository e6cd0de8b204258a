/** An instant as people read it: ISO 8601 in UTC, without what is zero anyway. */
export function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, "Z")
}
