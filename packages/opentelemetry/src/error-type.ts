/** What kind of error it is: its code where it has one, else its name. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === "string" ? "string" : "_OTHER"
  return "code" in error && typeof error.code === "string" && error.code !== "" ? error.code : error.name
}
