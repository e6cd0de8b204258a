/** What is wrong with one field of a payload. */
export interface FieldError {
  /** Where it is, dotted: `items.0.price`. Empty for the payload as a whole. */
  readonly path: string
  readonly message: string
}

/** One line per field, as people read it: `price: Expected an integer`. */
export function describeErrors(errors: readonly FieldError[]): string {
  return errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ")
}

/** Joins path segments as schemas report them (keys, or objects that hold a key). */
export function dotted(path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string {
  return (path ?? []).map((segment) => String(typeof segment === "object" ? segment.key : segment)).join(".")
}
