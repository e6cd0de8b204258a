import { BackendError } from "@millrace/core/backend"

/** What the log wrote as JSON itself, of the type that it wrote. */
export function storedJson<T>(json: string): T {
  try {
    return parse(json)
  } catch (error) {
    throw new BackendError("corrupt", "a table of the log holds broken JSON: something else wrote to it", {
      cause: error,
    })
  }
}

/** The one place where stored JSON becomes a type: only what this package wrote reaches it. */
const parse: <T>(json: string) => T = JSON.parse
