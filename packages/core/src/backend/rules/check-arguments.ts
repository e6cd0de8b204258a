import { BackendError } from "../errors.ts"
import { MAX_NAME_LENGTH, nameFault } from "./check-append.ts"

/** Throws `invalid` unless this is a name that every backend can hold. */
export function checkName(what: string, name: string): void {
  const fault = nameFault(what, name, { maxNameLength: MAX_NAME_LENGTH })
  if (fault !== undefined) throw new BackendError("invalid", fault)
}

/** Throws `invalid` unless this is a limit: a whole number from 1. */
export function checkLimit(what: string, limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new BackendError("invalid", `${what} ${limit}: give a whole number from 1`)
}

/** Throws `invalid` unless this is a position or version: a whole number from 0. */
export function checkPosition(what: string, position: number): void {
  if (!Number.isSafeInteger(position) || position < 0)
    throw new BackendError("invalid", `${what} ${position}: give a whole number from 0`)
}

/** Throws `invalid` unless this is a span of time: more than 0 milliseconds. */
export function checkSpan(what: string, ms: number): void {
  if (!Number.isFinite(ms) || ms <= 0) throw new BackendError("invalid", `${what} ${ms}: give milliseconds above 0`)
}

/** Throws `invalid` unless this is an instant. */
export function checkInstant(what: string, at: number): void {
  if (!Number.isFinite(at)) throw new BackendError("invalid", `${what} ${at}: give an instant in milliseconds`)
}
