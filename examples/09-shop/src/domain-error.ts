/** What a shop refuses. `conflict`: the cart is not as the customer thinks. `unacceptable`: it never will be. */
export class DomainError extends Error {
  override readonly name = "DomainError"
  readonly kind: "conflict" | "unacceptable"

  constructor(kind: DomainError["kind"], message: string) {
    super(message)
    this.kind = kind
  }
}
