/** What stands for a secret. */
const MASK = "***"

/** Query parameters of URLs that are secrets. */
const SECRET = /pass|secret|token|key/i

/** The same in a text that is no proper URL. */
const SECRET_PARAMETER = /([?&;][^=&;]*(?:pass|secret|token|key)[^=&;]*=)[^&;]*/gi

/** A scheme; or what is left of one that was forgotten. */
const SCHEME = /^(?:(?:[a-z][a-z0-9+.-]*)?:)?\/\/|^[a-z][a-z0-9+.-]*:/i

/**
 * A URL without its password and secret parameters, for logs and outputs. Of what is no proper URL (several hosts, as drivers of MongoDB take them; a mistake in
 * it) all that may be a password is left out. Other texts come back as they are.
 */
export function maskUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.host === "") return maskRoughly(text)
  if (url.password !== "") url.password = MASK
  for (const name of new Set(url.searchParams.keys())) if (SECRET.test(name)) url.searchParams.set(name, MASK)
  return url.href
}

/** Leaves out all from the colon behind a user's name to the last `@`; without any `@` to the end, for then something was forgotten. */
function maskRoughly(text: string): string {
  const [scheme] = SCHEME.exec(text) ?? [""]
  const isWithHost = scheme.endsWith("//")
  const at = text.lastIndexOf("@")
  if (scheme === "" || (at < 0 && !isWithHost)) return text
  const end = at < 0 ? text.length : at
  const colon = text.indexOf(":", scheme.length)
  // `postgres:shop@host` has no user that could be told from a password.
  const from = colon >= 0 && colon < end ? colon + 1 : isWithHost ? end : scheme.length
  const hidden = from === end ? text : `${text.slice(0, from)}${MASK}${text.slice(end)}`
  return hidden.replace(SECRET_PARAMETER, `$1${MASK}`)
}

/** A config with every URL in it masked. */
export function maskUrls(value: unknown): unknown {
  if (typeof value === "string") return maskUrl(value)
  if (Array.isArray(value)) return value.map(maskUrls)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, maskUrls(one)]))
}
