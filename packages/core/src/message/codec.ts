import type { FieldError } from "./field-error.ts"
import type { Json } from "./json.ts"

/** A payload in its two forms: as handlers have it, and as it is stored. */
export type Coded =
  | { readonly ok: true; readonly payload: unknown; readonly stored: Json }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** A stored payload as handlers have it. */
export type Decoded =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** What a definition does with payloads. Every payload it gives is deeply frozen. */
export interface PayloadCodec {
  /** From a constructor's input. */
  make(input: unknown): Coded
  /** From outside: forms, requests. Coerces what the schema coerces. */
  parse(input: unknown): Coded
  /** From the log. */
  decode(stored: Json): Decoded
}
