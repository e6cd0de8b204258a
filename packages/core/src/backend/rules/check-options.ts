import { BackendError } from "../errors.ts"

/** Throws `invalid` unless an option of a backend is a whole number from 1 to `most`. */
export function checkWholeOption(name: string, value: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < 1 || value > most) refuseOption(name, `a whole number from 1 to ${most}`)
}

/** Throws `invalid`: says what an option of a backend must be. */
export function refuseOption(name: string, wanted: string): never {
  throw new BackendError("invalid", `the option ${name} must be ${wanted}`)
}
