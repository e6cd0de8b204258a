/**
 * A storage's own handle, as a reactor asks for it: exported by backend packages (`sqlite.tx`). A URL carries no type, so this value
 * does: it types `tx` where the reactor uses it, and names the storage that the app has to run on.
 */
export interface TxToken<out Tx> {
  /** The storage whose handle it is, as its URLs begin: `sqlite`. */
  readonly storage: string
  /** Never set: carries the handle's type. */
  readonly "~tx"?: Tx
}

/** Makes the token of a storage: for backend packages. */
export function txToken<Tx>(storage: string): TxToken<Tx> {
  return Object.freeze({ storage })
}
