/** What stands for a secret. */
const MASK = "***"

/** Query parameters of URLs that are secrets. */
const SECRET = /pass|secret|token|key/i

/** A URL without its password and secret parameters, for logs and outputs. What is no URL comes back as it is. */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.password !== "") url.password = MASK
  for (const name of new Set(url.searchParams.keys())) if (SECRET.test(name)) url.searchParams.set(name, MASK)
  return url.href
}

/** A config with every URL in it masked. */
export function maskUrls(value: unknown): unknown {
  if (typeof value === "string") return maskUrl(value)
  if (Array.isArray(value)) return value.map(maskUrls)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, maskUrls(one)]))
}
