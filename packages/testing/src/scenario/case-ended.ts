/**
 * A case was used again after its assertion.
 * @remedy Begin a new case with `withReactor`.
 */
export class CaseEnded extends Error {
  override readonly name = "CaseEnded"
  readonly code = "case-ended"

  constructor(call: string) {
    super(
      `.${call}() was called on a case that was asserted already: begin a new case, or chain .${call}() before it is awaited`,
    )
  }
}
