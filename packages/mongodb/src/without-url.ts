/** What a driver says of a URL, or nothing where it repeats a part of it: a password may stand anywhere in one that has a mistake. */
export function withoutUrl(said: string, url: string): string {
  const [, beforeOptions = "", options = ""] = /^[^:]*:(?:\/\/)?([^?]*)\??(.*)$/s.exec(url) ?? []
  const values = options.split("&").map((pair) => pair.slice(pair.indexOf("=") + 1))
  const parts = [...beforeOptions.split(/[/@:,]/), ...values].filter((part) => part !== "")
  return parts.some((part) => said.includes(part) || said.includes(readable(part))) ? "" : said
}

function readable(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
