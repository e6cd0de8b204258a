import { BackendError } from "@millrace/core/backend"

/** A part of a URL without its percent signs. Throws `invalid` where they stand for nothing. */
export function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new BackendError("invalid", `the ${what} in the URL of MongoDB can not be read: write % as %25`)
  }
}
